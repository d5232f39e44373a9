package dev.curia.replica.audit;

import dev.curia.replica.audit.RangeDigest.BatchMark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where two replicas contradict each other. Immutable; {@code to} is exclusive. */
public record Differences(long from, long to, int batches) {
    /**
     * Compares only what compaction leaves comparable: each replica compacts by itself, so one may have a batch that the other has not any more, or
     * has rewritten. Two batches at the same offset that both are as they were appended must be equal.
     *
     * @return empty: none
     */
    public static Optional<Differences> between(List<BatchMark> mine, List<BatchMark> theirs) {
        Map<Long, BatchMark> byOffset = new HashMap<>();
        for (BatchMark mark : theirs) if (!mark.rewritten()) byOffset.put(mark.baseOffset(), mark);
        long from = Long.MAX_VALUE;
        long to = -1;
        int count = 0;
        for (BatchMark mark : mine) {
            BatchMark other = byOffset.get(mark.baseOffset());
            if (mark.rewritten() || other == null || other.equals(mark)) continue;
            from = Math.min(from, mark.baseOffset());
            to = Math.max(to, mark.lastOffset() + 1);
            count++;
        }
        return count == 0 ? Optional.empty() : Optional.of(new Differences(from, to, count));
    }
}
