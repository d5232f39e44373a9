package dev.curia.bench.load;

import java.util.Arrays;

/** How long something took, each time: all are kept, without buckets or rounding. Immutable; never empty. */
public final class Times {
    private final long[] sorted;

    /** @param nanos in any order */
    public Times(long[] nanos) {
        if (nanos.length == 0) throw new IllegalArgumentException("no times");
        sorted = nanos.clone();
        Arrays.sort(sorted);
    }

    /** The least time that so many percent of all do not exceed. */
    public double millis(double percent) {
        // What the product is too much by rounding must not count as one more.
        int rank = (int) Math.ceil(percent * sorted.length / 100 - 1e-6);
        return sorted[Math.max(rank, 1) - 1] / 1e6;
    }
}
