package dev.curia.bench.compare;

import java.util.OptionalDouble;

/** One figure of both of a {@link Contest}. Immutable. */
record Comparison(Figure figure, Sample one, Sample other) {
    /** One's median divided by the other's; empty where it would say nothing: measured once only, or the spread is larger than the difference. */
    OptionalDouble ratio() {
        if (one.sorted().size() < 2 || other.sorted().size() < 2 || other.median() <= 0) return OptionalDouble.empty();
        double difference = Math.abs(one.median() - other.median());
        return Math.max(one.spread(), other.spread()) > difference
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.median() / other.median());
    }

    boolean missesTarget() {
        return figure.hasTarget()
                && ratio().isPresent()
                && (figure.lessIsBetter()
                        ? ratio().getAsDouble() > figure.target()
                        : ratio().getAsDouble() < figure.target());
    }
}
