package dev.curia.bench.compare;

/**
 * What a number in the table is.
 *
 * @param group the heading it stands under
 * @param name of the row, with the unit
 * @param lessIsBetter else more is
 * @param target what Curia's number should be of Kafka's, at most or at least; NaN: no target
 */
record Figure(String group, String name, boolean lessIsBetter, double target) {
    static Figure less(String group, String name) {
        return new Figure(group, name, true, Double.NaN);
    }

    static Figure more(String group, String name) {
        return new Figure(group, name, false, Double.NaN);
    }

    Figure withTarget(double ratio) {
        return new Figure(group, name, lessIsBetter, ratio);
    }

    boolean hasTarget() {
        return !Double.isNaN(target);
    }

    boolean isBetter(double ratio) {
        return lessIsBetter ? ratio < 1 : ratio > 1;
    }
}
