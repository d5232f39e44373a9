package dev.curia.replica.audit;

import dev.curia.replica.audit.RangeDigest.BatchMark;
import java.util.HashMap;
import java.util.HashSet;
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
        List<BatchMark> contradicted = contradicted(mine, theirs);
        if (contradicted.isEmpty()) return Optional.empty();
        return Optional.of(new Differences(
                contradicted.get(0).baseOffset(),
                contradicted.get(contradicted.size() - 1).lastOffset() + 1,
                contradicted.size()));
    }

    /** Whether a third replica has everything in which the first two contradict each other just as the first has it. */
    public static boolean confirms(List<BatchMark> witness, List<BatchMark> mine, List<BatchMark> theirs) {
        return new HashSet<>(witness).containsAll(contradicted(mine, theirs));
    }

    /** Of {@code mine}, in the order of offsets. */
    private static List<BatchMark> contradicted(List<BatchMark> mine, List<BatchMark> theirs) {
        Map<Long, BatchMark> byOffset = new HashMap<>();
        for (BatchMark mark : theirs) if (!mark.rewritten()) byOffset.put(mark.baseOffset(), mark);
        return mine.stream()
                .filter(mark -> !mark.rewritten())
                .filter(mark -> !mark.equals(byOffset.getOrDefault(mark.baseOffset(), mark)))
                .toList();
    }
}
