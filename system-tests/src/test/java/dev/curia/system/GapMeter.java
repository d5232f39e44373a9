package dev.curia.system;

import java.time.Duration;
import java.util.Arrays;

/** The longest time without an acknowledgement, over all partitions. Thread-safe. */
final class GapMeter {
    private static final long NEVER = Long.MIN_VALUE;

    private final long[] newest;
    private long longestNanos;

    GapMeter(int partitions) {
        newest = new long[partitions];
        Arrays.fill(newest, NEVER);
    }

    synchronized void acknowledged(int partition, long atNanos) {
        if (newest[partition] != NEVER) longestNanos = Math.max(longestNanos, atNanos - newest[partition]);
        newest[partition] = atNanos;
    }

    synchronized boolean allAcknowledgedSince(long nanos) {
        for (long at : newest) {
            if (at == NEVER || at < nanos) return false;
        }
        return true;
    }

    synchronized void reset(long nowNanos) {
        Arrays.fill(newest, nowNanos);
        longestNanos = 0;
    }

    /** Counts gaps that are still open. */
    synchronized Duration longest(long nowNanos) {
        long longest = longestNanos;
        for (long at : newest) {
            if (at != NEVER) longest = Math.max(longest, nowNanos - at);
        }
        return Duration.ofNanos(longest);
    }
}
