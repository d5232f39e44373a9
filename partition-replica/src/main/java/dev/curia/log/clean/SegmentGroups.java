package dev.curia.log.clean;

import java.util.ArrayList;
import java.util.List;

/** Which neighbouring segments a cleaning merges into one, so that what shrinks does not leave ever more small files. Pure. */
final class SegmentGroups {
    /** Of the larger of the two indexes. */
    private static final long INDEX_ENTRY_BYTES = 12;

    private SegmentGroups() {}

    /**
     * A segment's measures.
     *
     * @param endOffset behind its last offset
     */
    record Size(long baseOffset, long endOffset, int bytes) {}

    /** How many segments go into each group, in order: as many as fit one segment by bytes, index and offsets even if nothing shrinks. */
    static List<Integer> of(List<Size> segments, CompactionPolicy policy) {
        List<Integer> counts = new ArrayList<>();
        int count = 0;
        long base = 0;
        long bytes = 0;
        for (Size each : segments) {
            boolean fits = count > 0
                    && bytes + each.bytes() <= policy.segmentBytes()
                    && indexBytes(bytes + each.bytes(), policy) <= policy.maxIndexBytes()
                    && each.endOffset() - 1 - base <= Integer.MAX_VALUE;
            if (!fits) {
                if (count > 0) counts.add(count);
                count = 0;
                bytes = 0;
                base = each.baseOffset();
            }
            count++;
            bytes += each.bytes();
        }
        if (count > 0) counts.add(count);
        return counts;
    }

    private static long indexBytes(long bytes, CompactionPolicy policy) {
        return bytes / Math.max(1, policy.indexIntervalBytes()) * INDEX_ENTRY_BYTES;
    }
}
