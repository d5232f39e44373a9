package dev.curia.log.clean;

/**
 * A topic's settings as far as compaction uses them. Immutable. Source: KIP-58 (min lag), KIP-354 (max lag), KIP-534 (delete retention).
 *
 * @param deleteRetentionMs how long tombstones and markers stay after a cleaning first met them
 * @param minLagMs a record is not compacted before it is this old
 * @param maxLagMs a record is due for compaction when it is this old, however small the dirty part
 * @param minDirtyRatio the dirty part, of the whole, from which on a cleaning is worth while
 * @param segmentBytes the largest segment that small ones are merged into
 * @param maxIndexBytes the largest index of such a segment
 * @param indexIntervalBytes one index entry for about this many bytes
 */
public record CompactionPolicy(
        long deleteRetentionMs,
        long minLagMs,
        long maxLagMs,
        double minDirtyRatio,
        int segmentBytes,
        int maxIndexBytes,
        int indexIntervalBytes) {}
