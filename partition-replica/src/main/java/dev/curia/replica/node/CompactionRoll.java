package dev.curia.replica.node;

import dev.curia.common.time.Clock;
import dev.curia.log.LogConfig;
import dev.curia.log.PartitionLog;
import dev.curia.log.segment.Segment;

/**
 * Tells when a compacted log needs a new segment, since its active one, which is never compacted, has a record older than
 * max.compaction.lag.ms. Not at once after the last one, for records may come with any time. Confined to the replica's loop. Source: KIP-354.
 */
final class CompactionRoll {
    private static final long LEAST_NANOS = 60_000_000_000L;

    private long activeBase = -1;
    private long activeSinceNanos;

    boolean isDue(PartitionLog log, Clock clock) {
        LogConfig config = log.config();
        long lagMs = config.compaction().maxLagMs();
        if (!config.compacted() || lagMs == Long.MAX_VALUE) return false;
        Segment active = log.segments().get(log.segments().size() - 1);
        long now = clock.monotonicNanos();
        if (active.baseOffset() != activeBase) {
            activeBase = active.baseOffset();
            activeSinceNanos = now;
        }
        long first = active.firstTimestamp();
        if (active.size() == 0 || first < 0 || clock.wallMillis() - first <= lagMs) return false;
        return now - activeSinceNanos >= Math.min(LEAST_NANOS, lagMs * 1_000_000);
    }
}
