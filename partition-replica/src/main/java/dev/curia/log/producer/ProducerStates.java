package dev.curia.log.producer;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordDecoder;
import dev.curia.log.batch.RecordDecoder.Marker;
import dev.curia.log.producer.ProducerEntry.Batch;
import dev.curia.log.producer.SequenceCheck.Duplicate;
import dev.curia.log.producer.SequenceCheck.Next;
import dev.curia.log.producer.SequenceCheck.Refused;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The producers of one log and their transactions. Loop-confined. But for who was forgotten meanwhile, a function of the batches in the log:
 * leader and followers, and a log that is opened again, come to the same state. Source: KIP-98 (sequences, transactions), KIP-185 (five
 * batches), KIP-360 (clients mend a gap by a new epoch), KIP-890 (markers that raise the epoch).
 *
 * <p>Unlike Kafka's, this log takes an unknown producer's batch only when its sequence is 0. A client keeps several batches in flight: when
 * the first came a moment before the replica led, and was refused, the second would be taken in its place, out of order, and the first
 * never again. The answer is UNKNOWN_PRODUCER_ID, for which an idempotent client goes on with a new epoch.
 */
public final class ProducerStates {
    private final ProducerTable producers = new ProducerTable();
    private final Transactions transactions = new Transactions();

    /** How many producers are known. */
    public int size() {
        return producers.size();
    }

    /**
     * What this batch of a client or coordinator is to the log. Changes nothing. The batch has a producer id and is no control batch. A
     * coordinator's batches bear no sequences: of them only the epoch is looked at.
     */
    public SequenceCheck check(BatchView batch, AppendOrigin origin) {
        ProducerEntry entry = producers.get(batch.producerId());
        if (entry == null) {
            if (origin != AppendOrigin.CLIENT || batch.baseSequence() == 0) return new Next();
            return new Refused(
                    ErrorCode.UNKNOWN_PRODUCER_ID,
                    "Producer " + batch.producerId() + " is not known here, so its first sequence must be 0; it is "
                            + batch.baseSequence());
        }
        short epoch = batch.producerEpoch();
        if (epoch < entry.producerEpoch) return fenced(batch, entry);
        if (origin == AppendOrigin.CLIENT) {
            SequenceCheck inSequence = checkSequence(batch, entry);
            if (!(inSequence instanceof Next)) return inSequence;
        }
        if (entry.inTransaction() && !batch.isTransactional()) {
            return new Refused(
                    ErrorCode.INVALID_TXN_STATE,
                    "Producer " + batch.producerId() + " has had a transaction open since offset "
                            + entry.currentTxnFirstOffset + " and may not write outside of it");
        }
        return new Next();
    }

    private static SequenceCheck checkSequence(BatchView batch, ProducerEntry entry) {
        short epoch = batch.producerEpoch();
        int base = batch.baseSequence();
        if (epoch > entry.producerEpoch) {
            if (base == 0) return new Next();
            return outOfOrder(batch, "epoch " + epoch + " must begin with sequence 0, it begins with " + base);
        }
        Batch duplicate = entry.find(base, batch.lastSequence());
        if (duplicate != null) {
            return new Duplicate(duplicate.baseOffset(), duplicate.lastOffset(), duplicate.timestamp());
        }
        // Without a batch the epoch began with a marker: its first one begins at 0.
        int last = entry.lastSequence();
        int expected = last == BatchView.NONE ? 0 : BatchView.sequenceAfter(last, 1);
        if (base == expected) return new Next();
        return outOfOrder(batch, "expected sequence " + expected + ", got " + base);
    }

    /**
     * Whether an end-of-transaction marker may be written: not if its producer, or the coordinator that sends it, has been fenced since.
     *
     * @return null: it may
     */
    public @Nullable Refused checkMarker(BatchView batch, AppendOrigin origin) {
        Optional<Marker> marker = RecordDecoder.marker(batch.slice());
        if (marker.isEmpty()) {
            return new Refused(
                    ErrorCode.INVALID_RECORD, "A producer's control batch must be an end-of-transaction marker");
        }
        ProducerEntry entry = producers.get(batch.producerId());
        if (entry == null) return null;
        short epoch = batch.producerEpoch();
        boolean raises = origin == AppendOrigin.BUMPING_COORDINATOR;
        // The same marker once more, after the transaction ended, does no harm: its first answer may have been lost.
        if (epoch < entry.producerEpoch || (raises && epoch == entry.producerEpoch && entry.inTransaction())) {
            return fenced(batch, entry);
        }
        int coordinatorEpoch = marker.get().coordinatorEpoch();
        if (coordinatorEpoch >= entry.coordinatorEpoch) return null;
        return new Refused(
                ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                "A marker for producer " + batch.producerId() + " comes from coordinator epoch " + coordinatorEpoch
                        + ", epoch " + entry.coordinatorEpoch + " has already written one");
    }

    /** Whether this producer epoch has a transaction open here (KIP-890: then its coordinator need not be asked again). */
    public boolean inTransaction(long producerId, short producerEpoch) {
        ProducerEntry entry = producers.get(producerId);
        return entry != null && entry.producerEpoch == producerEpoch && entry.inTransaction();
    }

    /**
     * Takes note of a batch that is in the log, with its final offsets.
     *
     * @param seenMillis the wall clock; for a batch met on opening the log its own time
     * @return the transaction that the batch aborts; null: none
     */
    public @Nullable AbortedTxn update(BatchView batch, long seenMillis) {
        if (!batch.hasProducerId()) return null;
        ProducerEntry entry = producers.getOrAdd(batch.producerId());
        entry.moveToEpoch(batch.producerEpoch());
        entry.lastTimestamp = batch.maxTimestamp();
        entry.lastSeenMillis = seenMillis;
        if (batch.isControl()) return endTransaction(batch, entry);
        entry.add(new Batch(batch.lastSequence(), batch.lastOffset(), batch.lastOffsetDelta(), batch.maxTimestamp()));
        if (batch.isTransactional() && !entry.inTransaction()) {
            entry.currentTxnFirstOffset = batch.baseOffset();
            transactions.begin(batch.baseOffset());
        }
        return null;
    }

    private @Nullable AbortedTxn endTransaction(BatchView batch, ProducerEntry entry) {
        long firstOffset = entry.currentTxnFirstOffset;
        entry.currentTxnFirstOffset = BatchView.NONE;
        Optional<Marker> marker = RecordDecoder.marker(batch.slice());
        marker.ifPresent(m -> entry.coordinatorEpoch = m.coordinatorEpoch());
        if (firstOffset < 0) return null;
        if (marker.isEmpty()) {
            // What compaction leaves of a marker once all of its transaction is gone.
            transactions.forget(firstOffset);
            return null;
        }
        long lastStableOffset = transactions.end(firstOffset, batch.baseOffset());
        if (!marker.get().abort()) return null;
        return new AbortedTxn(entry.producerId, firstOffset, batch.baseOffset(), lastStableOffset);
    }

    /**
     * Where the first transaction begins that is open, or has ended by a marker that is not below {@code highWatermark}: what keeps the last
     * stable offset back. Empty: nothing does. Successive high watermarks do not fall.
     */
    public OptionalLong firstUnstableOffset(long highWatermark) {
        return transactions.firstUnstableOffset(highWatermark);
    }

    /**
     * Forgets producers that are idle and have no transaction open.
     *
     * @param idleMillis so long unheard of
     * @return how many were forgotten
     */
    public int expire(long nowMillis, long idleMillis) {
        int before = producers.size();
        // A clock, or a producer's own time, that ran ahead must not keep an entry for ever.
        producers.forEach(entry -> entry.lastSeenMillis = Math.min(entry.lastSeenMillis, nowMillis));
        producers.retain(entry -> !isForgettable(entry) || nowMillis - entry.lastSeenMillis < idleMillis);
        return before - producers.size();
    }

    /**
     * Forgets those that were idle longest, if there are more than {@code most}, and a tenth more, so that it need not be done at each append.
     * Producers with an open transaction stay.
     *
     * @return how many were forgotten
     */
    public int bound(int most) {
        int before = producers.size();
        if (before <= most) return 0;
        long[] seen = new long[before];
        int[] count = new int[1];
        producers.forEach(entry -> {
            if (isForgettable(entry)) seen[count[0]++] = entry.lastSeenMillis;
        });
        int surplus = Math.min(count[0], before - (most - most / 10));
        if (surplus == 0) return 0;
        Arrays.sort(seen, 0, count[0]);
        long newest = seen[surplus - 1];
        int[] left = {surplus};
        producers.retain(entry -> !isForgettable(entry) || entry.lastSeenMillis > newest || left[0]-- <= 0);
        return before - producers.size();
    }

    private boolean isForgettable(ProducerEntry entry) {
        // While a marker is not on all replicas, a snapshot must go on saying that there are transactions: see
        // hasTransactions.
        return !entry.inTransaction() && !(transactions.anyEnded() && entry.coordinatorEpoch >= 0);
    }

    /** Whether any producer known here ever wrote a transaction that ended, or has one open. */
    public boolean hasTransactions() {
        boolean[] found = new boolean[1];
        producers.forEach(entry -> found[0] |= entry.coordinatorEpoch >= 0 || entry.inTransaction());
        return found[0];
    }

    /** All producers, in no order. */
    public List<ProducerDescription> describe() {
        List<ProducerDescription> all = new ArrayList<>(producers.size());
        producers.forEach(entry -> all.add(entry.describe()));
        return all;
    }

    /** Whether there may be batches from {@code offset} on that belong to a producer's last five and are not known. */
    public boolean lacksBatchesSince(long offset) {
        boolean[] found = new boolean[1];
        producers.forEach(entry -> found[0] |= entry.lacksBatchesSince(offset));
        return found[0];
    }

    /**
     * Takes up what {@code recent}, made from batches before the snapshot that this state comes from, knows beyond it, so that as many duplicates
     * are recognised as before the snapshot was written.
     */
    public void mergeOlder(ProducerStates recent) {
        recent.producers.forEach(older -> {
            ProducerEntry entry = producers.get(older.producerId);
            if (entry != null) entry.addOlder(older);
        });
    }

    /**
     * The log was cut to {@code endOffset}: becomes {@code reread}, made from what is left. When producers were last heard of, and which of the
     * transactions that are left have ended above the high watermark, is known here only, and stays.
     */
    public void truncateTo(long endOffset, ProducerStates reread) {
        reread.producers.forEach(entry -> {
            ProducerEntry known = producers.get(entry.producerId);
            if (known != null) entry.lastSeenMillis = Math.max(entry.lastSeenMillis, known.lastSeenMillis);
        });
        transactions.truncateEnded(endOffset);
        transactions.clearOpen();
        producers.clear();
        reread.producers.forEach(this::adopt);
    }

    /** What a log that is opened again knows a producer by; {@code lastOffset} -1: its epoch began with a marker. */
    @FunctionalInterface
    public interface LastBatch {
        void of(long producerId, short producerEpoch, long lastOffset);
    }

    /** Each producer's newest batch of records. */
    public void forEachLast(LastBatch visitor) {
        producers.forEach(entry -> {
            Batch last = entry.last();
            visitor.of(entry.producerId, entry.producerEpoch, last == null ? BatchView.NONE : last.lastOffset());
        });
    }

    /** Forgets everyone: the log was emptied. */
    public void clear() {
        producers.clear();
        transactions.clear();
    }

    /** All producers in the file format of {@link ProducerSnapshot}. */
    public ByteBuffer snapshot() {
        return ProducerSnapshot.encode(producers);
    }

    /** Replaces the state by a snapshot's; false, and an empty state, when its bytes are damaged. */
    public boolean restore(ByteBuffer snapshot) {
        clear();
        Optional<List<ProducerEntry>> entries = ProducerSnapshot.decode(snapshot);
        entries.ifPresent(all -> all.forEach(this::adopt));
        return entries.isPresent();
    }

    private void adopt(ProducerEntry entry) {
        producers.put(entry);
        if (entry.inTransaction()) transactions.begin(entry.currentTxnFirstOffset);
    }

    private static Refused fenced(BatchView batch, ProducerEntry entry) {
        return new Refused(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                (batch.isControl() ? "A marker for producer " : "Producer ") + batch.producerId() + " has epoch "
                        + batch.producerEpoch() + ", the log already has " + entry.producerEpoch
                        + (batch.isControl() && entry.inTransaction() ? " with a transaction open" : ""));
    }

    private static Refused outOfOrder(BatchView batch, String what) {
        return new Refused(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, "Producer " + batch.producerId() + " is out of order: " + what);
    }
}
