package dev.curia.log.producer;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordDecoder;
import dev.curia.log.producer.ProducerEntry.Batch;
import dev.curia.log.producer.SequenceCheck.Duplicate;
import dev.curia.log.producer.SequenceCheck.Next;
import dev.curia.log.producer.SequenceCheck.Refused;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The producers of one log. Loop-confined. A pure function of the batches in the log: leader and followers, and a log that is opened again,
 * come to the same state. Source: KIP-98 (sequences), KIP-185 (five batches), KIP-360 (clients mend a gap by a new epoch).
 *
 * <p>Unlike Kafka's, this log takes an unknown producer's batch only when its sequence is 0. A client keeps several batches in flight: when
 * the first came a moment before the replica led, and was refused, the second would be taken in its place, out of order, and the first
 * never again. A producer that was known and is forgotten gets the same answer, and goes on with a new epoch.
 */
public final class ProducerStates {
    private final Map<Long, ProducerEntry> producers = new HashMap<>();

    /** How many producers are known. */
    public int size() {
        return producers.size();
    }

    /** What this batch of a client is to the log. Changes nothing. The batch has a producer id and is no control batch. */
    public SequenceCheck check(BatchView batch) {
        ProducerEntry entry = producers.get(batch.producerId());
        if (entry == null) {
            if (batch.baseSequence() == 0) return new Next();
            return outOfOrder(batch, "its first sequence here must be 0, it is " + batch.baseSequence());
        }
        short epoch = batch.producerEpoch();
        if (epoch < entry.producerEpoch) {
            return new Refused(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "Producer " + batch.producerId() + " has epoch " + epoch + ", the log already has "
                            + entry.producerEpoch);
        }
        int base = batch.baseSequence();
        if (epoch > entry.producerEpoch) {
            if (base == 0) return new Next();
            return outOfOrder(batch, "epoch " + epoch + " must begin with sequence 0, it begins with " + base);
        }
        Batch duplicate = entry.find(base, batch.lastSequence());
        if (duplicate != null) {
            return new Duplicate(duplicate.baseOffset(), duplicate.lastOffset(), duplicate.timestamp());
        }
        int last = entry.lastSequence();
        if (last == BatchView.NONE) {
            // The epoch began with a marker: its first batch begins at 0.
            if (base == 0) return new Next();
            return outOfOrder(batch, "the first sequence of epoch " + epoch + " must be 0, it is " + base);
        }
        int expected = BatchView.sequenceAfter(last, 1);
        if (base == expected) return new Next();
        return outOfOrder(batch, "expected sequence " + expected + ", got " + base);
    }

    /**
     * Whether a transaction marker may be written: not if its producer has been fenced since.
     *
     * @return null: it may
     */
    public @Nullable Refused checkMarker(BatchView batch) {
        ProducerEntry entry = producers.get(batch.producerId());
        if (entry == null || batch.producerEpoch() >= entry.producerEpoch) return null;
        return new Refused(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                "A marker for producer " + batch.producerId() + " has epoch " + batch.producerEpoch()
                        + ", the log already has " + entry.producerEpoch);
    }

    /** Takes note of a batch that is in the log, with its final offsets. */
    public void update(BatchView batch) {
        if (!batch.hasProducerId()) return;
        ProducerEntry entry = producers.computeIfAbsent(batch.producerId(), ProducerEntry::new);
        entry.moveToEpoch(batch.producerEpoch());
        entry.lastTimestamp = batch.maxTimestamp();
        if (batch.isControl()) {
            OptionalInt coordinatorEpoch = RecordDecoder.coordinatorEpoch(batch.slice());
            if (coordinatorEpoch.isEmpty()) return;
            entry.coordinatorEpoch = coordinatorEpoch.getAsInt();
            entry.currentTxnFirstOffset = BatchView.NONE;
            return;
        }
        entry.add(metadata(batch));
        if (batch.isTransactional() && entry.currentTxnFirstOffset < 0)
            entry.currentTxnFirstOffset = batch.baseOffset();
    }

    /**
     * Takes up what {@code recent}, made from batches before the snapshot that this state comes from, knows beyond it, so that as many duplicates
     * are recognised as before the snapshot was written.
     */
    public void mergeOlder(ProducerStates recent) {
        for (ProducerEntry entry : producers.values()) {
            ProducerEntry older = recent.producers.get(entry.producerId);
            if (older != null && older.producerEpoch == entry.producerEpoch) entry.addOlder(older);
        }
    }

    /** Forgets everyone: the log was emptied, or is about to be scanned again. */
    public void clear() {
        producers.clear();
    }

    /** All producers in the file format of {@link ProducerSnapshot}. */
    public ByteBuffer snapshot() {
        return ProducerSnapshot.encode(producers.values());
    }

    /** Replaces the state by a snapshot's; false, and an empty state, when its bytes are damaged. */
    public boolean restore(ByteBuffer snapshot) {
        producers.clear();
        Optional<List<ProducerEntry>> entries = ProducerSnapshot.decode(snapshot);
        entries.ifPresent(all -> all.forEach(entry -> producers.put(entry.producerId, entry)));
        return entries.isPresent();
    }

    private static Batch metadata(BatchView batch) {
        return new Batch(batch.lastSequence(), batch.lastOffset(), batch.lastOffsetDelta(), batch.maxTimestamp());
    }

    private static Refused outOfOrder(BatchView batch, String what) {
        return new Refused(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, "Producer " + batch.producerId() + " is out of order: " + what);
    }
}
