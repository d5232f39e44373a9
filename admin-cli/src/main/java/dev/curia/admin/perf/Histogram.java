package dev.curia.admin.perf;

import java.util.Arrays;

/**
 * Counts durations in buckets that are at most 1/64 of their value wide, from 1 ns to hours, in a fixed 24 KiB. Not thread-safe.
 */
public final class Histogram {
    private static final int BITS = 6; // 64 buckets for each doubling
    private static final int HALF = 1 << BITS;

    private final long[] counts = new long[HALF * (64 - BITS)];
    private long count;
    private long max;
    private double sum;

    /** One that took so long; below 0 counts as 0. */
    public void record(long nanos) {
        long value = Math.max(0, nanos);
        counts[index(value)]++;
        count++;
        sum += value;
        max = Math.max(max, value);
    }

    /** Takes in all that another has counted. */
    public void add(Histogram other) {
        for (int i = 0; i < counts.length; i++) counts[i] += other.counts[i];
        count += other.count;
        sum += other.sum;
        max = Math.max(max, other.max);
    }

    /** Forgets all. */
    public void clear() {
        Arrays.fill(counts, 0);
        count = 0;
        sum = 0;
        max = 0;
    }

    public long count() {
        return count;
    }

    /** 0 when nothing was counted. */
    public double meanNanos() {
        return count == 0 ? 0 : sum / count;
    }

    public long maxNanos() {
        return max;
    }

    /**
     * The least duration that this share of all does not exceed, rounded up by at most 1/64; 0 when nothing was counted.
     *
     * @param share from 0 to 1
     */
    public long quantileNanos(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted) return Math.min(max, highest(i));
        }
        return max;
    }

    private static int index(long value) {
        int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(value) - (BITS + 1));
        return shift * HALF + (int) (value >> shift);
    }

    /** The largest value that is counted there. */
    private static long highest(int index) {
        int shift = Math.max(0, index / HALF - 1);
        long base = (long) index - (long) shift * HALF;
        return ((base + 1) << shift) - 1;
    }
}
