package dev.curia.log.producer;

import dev.curia.log.batch.BatchView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one producer has written to one log: its epoch and its last five batches, the most a client keeps in flight. There may be very many:
 * batches are kept as three numbers each, and room grows with their count.
 */
final class ProducerEntry {
    static final int BATCHES = 5;
    static final short NO_EPOCH = -1;
    private static final int FIELDS = 3;
    private static final long[] NO_BATCHES = new long[0];

    final long producerId;
    short producerEpoch = NO_EPOCH;
    int coordinatorEpoch = BatchView.NONE;
    long lastTimestamp = BatchView.NONE;
    // -1: no transaction is open.
    long currentTxnFirstOffset = BatchView.NONE;
    // The broker's time when it was last heard of here; not on disk.
    long lastSeenMillis = BatchView.NONE;
    // All of producerEpoch, each following the one before, oldest first: lastOffset, timestamp, lastSequence << 32 |
    // offsetDelta.
    // Empty after an epoch began with a marker.
    private long[] batches = NO_BATCHES;

    ProducerEntry(long producerId) {
        this.producerId = producerId;
    }

    /** @param offsetDelta last offset minus base offset */
    record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
        int baseSequence() {
            return lastSequence == BatchView.NONE
                    ? BatchView.NONE
                    : BatchView.sequenceAfter(lastSequence, -offsetDelta);
        }

        long baseOffset() {
            return lastOffset - offsetDelta;
        }

        private boolean directlyBefore(Batch next) {
            return lastOffset < next.baseOffset()
                    && lastSequence != BatchView.NONE
                    && BatchView.sequenceAfter(lastSequence, 1) == next.baseSequence();
        }
    }

    int batchCount() {
        return batches.length / FIELDS;
    }

    int lastSequence() {
        Batch last = last();
        return last == null ? BatchView.NONE : last.lastSequence;
    }

    @Nullable
    Batch last() {
        int count = batchCount();
        return count == 0 ? null : batch(count - 1);
    }

    @Nullable
    Batch find(int baseSequence, int lastSequence) {
        for (int i = batchCount() - 1; i >= 0; i--) {
            Batch batch = batch(i);
            if (batch.lastSequence == lastSequence && batch.baseSequence() == baseSequence) return batch;
        }
        return null;
    }

    boolean inTransaction() {
        return currentTxnFirstOffset >= 0;
    }

    void moveToEpoch(short epoch) {
        if (epoch == producerEpoch) return;
        producerEpoch = epoch;
        batches = NO_BATCHES;
    }

    /**
     * Takes up a batch that was written. One that does not follow the last begins anew: on another replica, which forgot the producer in
     * between, it was the first.
     */
    void add(Batch batch) {
        Batch last = last();
        if (last != null && !last.directlyBefore(batch)) batches = NO_BATCHES;
        int count = batchCount();
        if (count < BATCHES) batches = Arrays.copyOf(batches, batches.length + FIELDS);
        else System.arraycopy(batches, FIELDS, batches, 0, batches.length - FIELDS);
        put(Math.min(count, BATCHES - 1), batch);
    }

    /** Whether a batch from {@code offset} on may come before the oldest one known, and be among the last five. */
    boolean lacksBatchesSince(long offset) {
        int count = batchCount();
        return count > 0 && count < BATCHES && batch(0).baseSequence() > 0 && batch(0).baseOffset() > offset;
    }

    /** Takes up what another, who saw the log up to the same or an earlier batch, knows of older ones. */
    void addOlder(ProducerEntry older) {
        if (batchCount() == 0 || older.producerEpoch != producerEpoch) return;
        for (int i = older.batchCount() - 1; i >= 0; i--) {
            Batch batch = older.batch(i);
            // A snapshot has the time of what came last, which may have been a marker.
            if (batch.lastOffset == batch(0).lastOffset) put(0, batch);
            else if (batchCount() < BATCHES && batch.directlyBefore(batch(0))) addFirst(batch);
        }
    }

    ProducerDescription describe() {
        return new ProducerDescription(
                producerId, producerEpoch, lastSequence(), lastTimestamp, coordinatorEpoch, currentTxnFirstOffset);
    }

    private void addFirst(Batch batch) {
        long[] more = new long[batches.length + FIELDS];
        System.arraycopy(batches, 0, more, FIELDS, batches.length);
        batches = more;
        put(0, batch);
    }

    private Batch batch(int index) {
        int at = index * FIELDS;
        long packed = batches[at + 2];
        return new Batch((int) (packed >> Integer.SIZE), batches[at], (int) packed, batches[at + 1]);
    }

    private void put(int index, Batch batch) {
        int at = index * FIELDS;
        batches[at] = batch.lastOffset;
        batches[at + 1] = batch.timestamp;
        batches[at + 2] = ((long) batch.lastSequence << Integer.SIZE) | batch.offsetDelta;
    }
}
