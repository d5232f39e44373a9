package dev.curia.bench.compare;

import java.util.OptionalDouble;

/** One figure of both products. Immutable. */
record Comparison(Figure figure, Sample curia, Sample kafka) {
    /** Curia's median divided by Kafka's; empty where it would say nothing: measured once only, or the spread is larger than the difference. */
    OptionalDouble ratio() {
        if (curia.sorted().size() < 2 || kafka.sorted().size() < 2 || kafka.median() <= 0)
            return OptionalDouble.empty();
        double difference = Math.abs(curia.median() - kafka.median());
        return Math.max(curia.spread(), kafka.spread()) > difference
                ? OptionalDouble.empty()
                : OptionalDouble.of(curia.median() / kafka.median());
    }

    boolean missesTarget() {
        return figure.hasTarget()
                && ratio().isPresent()
                && (figure.lessIsBetter()
                        ? ratio().getAsDouble() > figure.target()
                        : ratio().getAsDouble() < figure.target());
    }
}
