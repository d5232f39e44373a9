package dev.curia.replica.node;

import dev.curia.log.LogConfig;
import java.time.Duration;

/**
 * Tells when a log's unflushed records have waited long enough: as flush.messages and flush.ms say, and at the latest after the broker's own
 * bound, which keeps what a restart after a crash has to scan small. Where only what is on disk counts, at once: what a former life left unflushed, or
 * a full disk did, nothing else would ask for. Confined to the replica's loop; times are monotonic.
 */
final class FlushTimer {
    private final long boundNanos;
    // Records before dirtyEnd have waited since dirtySince; -1: none have.
    private long dirtyEnd = -1;
    private long dirtySinceNanos;

    FlushTimer(Duration bound) {
        this.boundNanos = bound.toNanos();
    }

    boolean isDue(long recoveryPoint, long logEndOffset, LogConfig config, long nowNanos) {
        if (recoveryPoint >= logEndOffset) {
            dirtyEnd = -1;
            return false;
        }
        if (config.fsynced()) return true;
        if (dirtyEnd <= recoveryPoint) {
            dirtyEnd = logEndOffset;
            dirtySinceNanos = nowNanos;
        }
        long waitNanos = Math.min(boundNanos, nanos(config.flushMs()));
        boolean due = logEndOffset - recoveryPoint >= config.flushMessages() || nowNanos - dirtySinceNanos >= waitNanos;
        if (due) dirtyEnd = -1;
        return due;
    }

    private static long nanos(long millis) {
        return millis > Long.MAX_VALUE / 1_000_000 ? Long.MAX_VALUE : millis * 1_000_000;
    }
}
