package dev.curia.bench.compare;

import java.util.List;

/** What was measured of one figure and one product, once each round. Immutable; never empty. */
record Sample(List<Double> sorted) {
    Sample {
        if (sorted.isEmpty()) throw new IllegalArgumentException("a sample of nothing");
        sorted = sorted.stream().sorted().toList();
    }

    double median() {
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    double least() {
        return sorted.get(0);
    }

    double most() {
        return sorted.get(sorted.size() - 1);
    }

    /** From the least to the most. */
    double spread() {
        return most() - least();
    }
}
