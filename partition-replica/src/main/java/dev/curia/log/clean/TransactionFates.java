package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.AbortedTxn;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows the transactions of a log through a walk over its batches from its start: which records were aborted, and which markers have none of
 * their transaction's batches left before them. One thread at a time.
 */
final class TransactionFates {
    private final Deque<AbortedTxn> ahead;
    // By producer id: aborted transactions that the walk is within, and what of the others it has met a batch of.
    private final Map<Long, AbortedTxn> aborting = new HashMap<>();
    private final Set<Long> abortedSeen = new HashSet<>();
    private final Set<Long> committedSeen = new HashSet<>();

    /** @param aborted all that have a batch in what is walked over, in any order */
    TransactionFates(List<AbortedTxn> aborted) {
        this.ahead = new ArrayDeque<>(aborted.stream()
                .sorted(Comparator.comparingLong(AbortedTxn::firstOffset))
                .toList());
    }

    /** Passes a batch of records; answers whether they were aborted. */
    boolean isAborted(BatchView batch) {
        advanceTo(batch.lastOffset());
        if (!batch.isTransactional()) return false;
        long producer = batch.producerId();
        AbortedTxn aborted = aborting.get(producer);
        if (aborted != null && aborted.lastOffset() > batch.lastOffset()) {
            abortedSeen.add(producer);
            return true;
        }
        committedSeen.add(producer);
        return false;
    }

    /** Passes a marker, whose transaction ends with it; answers whether no batch of that transaction is left before it. */
    boolean endsEmpty(BatchView marker) {
        advanceTo(marker.lastOffset());
        long producer = marker.producerId();
        aborting.remove(producer);
        boolean aborted = abortedSeen.remove(producer);
        boolean committed = committedSeen.remove(producer);
        return !aborted && !committed;
    }

    private void advanceTo(long offset) {
        while (!ahead.isEmpty() && ahead.peekFirst().firstOffset() <= offset) {
            AbortedTxn begun = ahead.removeFirst();
            aborting.put(begun.producerId(), begun);
        }
    }
}
