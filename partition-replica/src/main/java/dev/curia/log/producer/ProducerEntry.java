package dev.curia.log.producer;

import dev.curia.log.batch.BatchView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What one producer has written to one log: its epoch and its last five batches, the most a client keeps in flight. */
final class ProducerEntry {
    static final int BATCHES = 5;
    static final int NO_EPOCH = -1;

    final long producerId;
    short producerEpoch = NO_EPOCH;
    int coordinatorEpoch = BatchView.NONE;
    long lastTimestamp = BatchView.NONE;
    // -1: no transaction is open.
    long currentTxnFirstOffset = BatchView.NONE;
    // All of producerEpoch, oldest first; empty after an epoch began with a marker.
    private final Deque<Batch> batches = new ArrayDeque<>(BATCHES);

    ProducerEntry(long producerId) {
        this.producerId = producerId;
    }

    /** @param offsetDelta last offset minus base offset */
    record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
        int baseSequence() {
            return BatchView.sequenceAfter(lastSequence, -offsetDelta);
        }

        long baseOffset() {
            return lastOffset - offsetDelta;
        }
    }

    int lastSequence() {
        Batch last = batches.peekLast();
        return last == null ? BatchView.NONE : last.lastSequence;
    }

    @Nullable
    Batch last() {
        return batches.peekLast();
    }

    @Nullable
    Batch find(int baseSequence, int lastSequence) {
        for (Iterator<Batch> newest = batches.descendingIterator(); newest.hasNext(); ) {
            Batch batch = newest.next();
            if (batch.lastSequence == lastSequence && batch.baseSequence() == baseSequence) return batch;
        }
        return null;
    }

    void moveToEpoch(short epoch) {
        if (epoch == producerEpoch) return;
        producerEpoch = epoch;
        batches.clear();
    }

    void add(Batch batch) {
        if (batches.size() == BATCHES) batches.removeFirst();
        batches.addLast(batch);
    }

    /** Takes up another's batches, newest first, as far as there is room and each directly precedes the oldest known one. */
    void addOlder(ProducerEntry older) {
        for (Iterator<Batch> newest = older.batches.descendingIterator(); newest.hasNext(); ) {
            Batch oldest = batches.peekFirst();
            if (oldest == null || batches.size() == BATCHES) return;
            Batch batch = newest.next();
            boolean precedes = batch.lastOffset < oldest.baseOffset()
                    && BatchView.sequenceAfter(batch.lastSequence, 1) == oldest.baseSequence();
            if (precedes) batches.addFirst(batch);
        }
    }
}
