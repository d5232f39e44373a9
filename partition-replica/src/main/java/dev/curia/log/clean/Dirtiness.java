package dev.curia.log.clean;

import java.util.List;

/**
 * How much of a log there is to clean, and whether it is time. Immutable. Source: KIP-58, KIP-354.
 *
 * @param firstDirty everything before was cleaned
 * @param end everything from here on must wait
 * @param cleanBytes of the segments before the first dirty one
 * @param dirtyBytes of the segments that can be cleaned now
 * @param overdueMs for how long the oldest dirty record is older than max.compaction.lag.ms; 0: it is not
 */
record Dirtiness(long firstDirty, long end, long cleanBytes, long dirtyBytes, long overdueMs) {
    /**
     * A sealed segment that is on disk.
     *
     * @param endOffset where the next one begins
     * @param firstTimestamp of its first batch; only looked at when max.compaction.lag.ms is set
     * @param maxTimestamp its newest; only looked at when min.compaction.lag.ms is set
     */
    record Part(long baseOffset, long endOffset, int bytes, long firstTimestamp, long maxTimestamp) {}

    /**
     * @param parts the whole log but for what is not yet sealed and on disk
     * @param cleanedTo what the checkpoint says was cleaned
     * @param stableEnd what is committed and decided ends here
     */
    static Dirtiness of(List<Part> parts, CompactionPolicy policy, long cleanedTo, long stableEnd, long nowMillis) {
        if (parts.isEmpty()) return new Dirtiness(cleanedTo, cleanedTo, 0, 0, 0);
        long partsEnd = parts.get(parts.size() - 1).endOffset();
        long start = parts.get(0).baseOffset();
        // A checkpoint from outside the log, of a log that was cut or began anew, says nothing.
        long firstDirty = cleanedTo < start || cleanedTo > partsEnd ? start : cleanedTo;
        long end = Math.min(partsEnd, stableEnd);
        for (Part part : parts) {
            if (part.endOffset() <= firstDirty || policy.minLagMs() == 0) continue;
            if (nowMillis - part.maxTimestamp() < policy.minLagMs()) {
                end = Math.min(end, part.baseOffset());
                break;
            }
        }
        end = Math.max(end, firstDirty);
        long cleanBytes = 0;
        long dirtyBytes = 0;
        long oldest = Long.MAX_VALUE;
        for (Part part : parts) {
            if (part.endOffset() <= firstDirty) cleanBytes += part.bytes();
            else if (part.baseOffset() < end) dirtyBytes += part.bytes();
            else continue;
            if (part.endOffset() > firstDirty && part.firstTimestamp() >= 0) {
                oldest = Math.min(oldest, part.firstTimestamp());
            }
        }
        if (end == firstDirty) dirtyBytes = 0;
        return new Dirtiness(firstDirty, end, cleanBytes, dirtyBytes, overdue(policy, oldest, dirtyBytes, nowMillis));
    }

    /** The share of the log that is dirty and can be cleaned. */
    double ratio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    boolean isDue(CompactionPolicy policy) {
        return dirtyBytes > 0 && (overdueMs > 0 || ratio() > policy.minDirtyRatio());
    }

    private static long overdue(CompactionPolicy policy, long oldest, long dirtyBytes, long nowMillis) {
        if (dirtyBytes == 0 || oldest == Long.MAX_VALUE) return 0;
        long lag = Math.max(policy.maxLagMs(), policy.minLagMs());
        long age = nowMillis - oldest;
        return age > lag ? age - lag : 0;
    }
}
