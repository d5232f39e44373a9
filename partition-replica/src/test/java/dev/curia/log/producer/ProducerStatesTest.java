package dev.curia.log.producer;

import static dev.curia.log.batch.AppendOrigin.BUMPING_COORDINATOR;
import static dev.curia.log.batch.AppendOrigin.CLIENT;
import static dev.curia.log.batch.AppendOrigin.COORDINATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.SequenceCheck.Duplicate;
import dev.curia.log.producer.SequenceCheck.Next;
import dev.curia.log.producer.SequenceCheck.Refused;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProducerStatesTest {
    private static final long PRODUCER = 42;
    private static final long NOW = 1_000_000;

    private final ProducerStates states = new ProducerStates();
    private long nextOffset;

    @Test
    void sequencesFollowEachOther() {
        assertThat(write(0, 0, 3)).isInstanceOf(Next.class);
        assertThat(write(0, 3, 1)).isInstanceOf(Next.class);
        assertThat(error(0, 5, 1)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(error(0, 0, 2)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void theLastFiveBatchesAreRecognised() {
        for (int i = 0; i < 6; i++) write(0, i * 2, 2);
        assertThat(check(0, 2, 2)).isEqualTo(new Duplicate(2, 3, 1000));
        assertThat(check(0, 10, 2)).isEqualTo(new Duplicate(10, 11, 1000));
        assertThat(error(0, 0, 2)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void aNewEpochBeginsAtZeroAndFencesTheOldOne() {
        write(1, 0, 2);
        assertThat(error(2, 2, 1)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(write(2, 0, 1)).isInstanceOf(Next.class);
        assertThat(error(1, 2, 1)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void anUnknownProducersSecondBatchIsNotTakenForItsFirst() {
        assertThat(error(3, 9, 1)).isEqualTo(ErrorCode.UNKNOWN_PRODUCER_ID);
        assertThat(write(3, 0, 9)).isInstanceOf(Next.class);
        assertThat(write(3, 9, 1)).isInstanceOf(Next.class);
    }

    @Test
    void sequencesWrap() {
        states.update(batch(0, Integer.MAX_VALUE - 2, 1), NOW);
        assertThat(write(0, Integer.MAX_VALUE - 1, 4)).isInstanceOf(Next.class);
        assertThat(check(0, Integer.MAX_VALUE - 1, 4)).isInstanceOf(Duplicate.class);
        assertThat(write(0, 2, 1)).isInstanceOf(Next.class);
        assertThat(states.describe().get(0).lastSequence()).isEqualTo(2);
    }

    @Test
    void aBatchThatDoesNotFollowBeginsAnew() {
        // Another replica forgot the producer, which began again in the same epoch.
        write(0, 0, 5);
        write(0, 5, 5);
        states.update(at(batch(0, 0, 3), 20), NOW);
        assertThat(check(0, 0, 3)).isEqualTo(new Duplicate(20, 22, 1000));
        assertThat(check(0, 3, 1)).isInstanceOf(Next.class);
        assertThat(error(0, 5, 5)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void aMarkerOfANewerEpochFencesAndResets() {
        write(0, 0, 1);
        end(1, false, 5);
        assertThat(error(0, 1, 1)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(error(1, 1, 1)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(check(1, 0, 1)).isInstanceOf(Next.class);
        assertThat(markerError(0, 5, COORDINATOR)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void aMarkerOfAFencedCoordinatorIsRefused() {
        begin(0, 0);
        end(0, false, 5);
        begin(0, 1);
        assertThat(markerError(0, 4, COORDINATOR)).isEqualTo(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
        assertThat(markerError(0, 5, COORDINATOR)).isNull();
        assertThat(markerError(0, 6, COORDINATOR)).isNull();
        end(0, false, 6);
        assertThat(markerError(0, 5, COORDINATOR)).isEqualTo(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    }

    @Test
    void aMarkerThatHasToRaiseTheEpochEndsThePrecedingEpochsTransactionOnly() {
        begin(3, 0);
        assertThat(markerError(3, 1, BUMPING_COORDINATOR)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(markerError(4, 1, BUMPING_COORDINATOR)).isNull();
        AbortedTxn aborted = end(4, true, 1);
        assertThat(aborted).isEqualTo(new AbortedTxn(PRODUCER, 0, 1, 2));
        assertThat(markerError(4, 1, BUMPING_COORDINATOR))
                .as("sent again, its answer was lost")
                .isNull();
        begin(4, 0);
        assertThat(markerError(4, 1, BUMPING_COORDINATOR))
                .as("late: it must not end the next transaction")
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(states.inTransaction(PRODUCER, (short) 4)).isTrue();
        assertThat(states.inTransaction(PRODUCER, (short) 3)).isFalse();
    }

    @Test
    void aControlBatchThatIsNoMarkerIsRefused() {
        BatchView batch = batch(0, 0, 1);
        ByteBuffer bytes = batch.slice();
        bytes.putShort(21, (short) (bytes.getShort(21) | 0x20));
        assertThat(Objects.requireNonNull(states.checkMarker(new BatchView().at(bytes, 0), COORDINATOR))
                        .error())
                .isEqualTo(ErrorCode.INVALID_RECORD);
    }

    @Test
    void aTransactionIsNotMixedWithOtherWrites() {
        begin(0, 0);
        assertThat(error(0, 1, 1)).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(states.check(transactional(0, 1, 1), CLIENT)).isInstanceOf(Next.class);
        end(0, false, 1);
        assertThat(check(0, 1, 1)).isInstanceOf(Next.class);
    }

    @Test
    void aCoordinatorsBatchesHaveNoSequencesButAnEpoch() {
        BatchView offsets = transactional(2, -1, 1);
        assertThat(states.check(offsets, COORDINATOR)).isInstanceOf(Next.class);
        states.update(at(offsets, 0), NOW);
        states.update(at(transactional(2, -1, 1), 1), NOW);
        assertThat(states.check(transactional(2, -1, 1), COORDINATOR)).isInstanceOf(Next.class);
        SequenceCheck old = states.check(transactional(1, -1, 1), COORDINATOR);
        assertThat(((Refused) old).error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(states.firstUnstableOffset(5)).hasValue(0);
    }

    @Test
    void offsetsAreStableOnceTheMarkerIsReplicated() {
        write(0, 0, 2);
        assertThat(states.firstUnstableOffset(0)).isEmpty();
        begin(0, 2);
        states.update(at(transactional(7, 0, 0, 1), nextOffset++), NOW); // producer 7
        assertThat(states.firstUnstableOffset(4)).hasValue(2);
        end(0, false, 1);
        assertThat(states.firstUnstableOffset(4)).as("its marker is at 4").hasValue(2);
        assertThat(states.firstUnstableOffset(5)).hasValue(3);
        AbortedTxn aborted = states.update(at(marker(7, 0, true, 1), nextOffset++), NOW);
        assertThat(aborted).isEqualTo(new AbortedTxn(7, 3, 5, 6));
        assertThat(states.firstUnstableOffset(5)).hasValue(3);
        assertThat(states.firstUnstableOffset(6)).isEmpty();
    }

    @Test
    void whatEndsFirstMayHaveBegunLast() {
        for (int p = 1; p <= 3; p++) states.update(at(transactional(p, 0, 0, 1), nextOffset++), NOW);
        for (int p = 3; p >= 1; p--) states.update(at(marker(p, 0, true, 1), nextOffset++), NOW);
        // Markers of 3, 2, 1 at 3, 4, 5.
        assertThat(states.firstUnstableOffset(4)).hasValue(0);
        assertThat(states.firstUnstableOffset(5)).hasValue(0);
        assertThat(states.firstUnstableOffset(6)).isEmpty();
    }

    @Test
    void aMarkerThatCompactionEmptiedEndsItsTransaction() {
        begin(0, 0);
        ByteBuffer empty = ByteBuffer.allocate(61);
        org.apache.kafka.common.record.internal.DefaultRecordBatch.writeEmptyHeader(
                empty,
                (byte) 2,
                PRODUCER,
                (short) 1,
                -1,
                1,
                1,
                0,
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                1000,
                true,
                true);
        empty.flip();
        assertThat(states.update(new BatchView().at(empty, 0), NOW)).isNull();
        assertThat(states.firstUnstableOffset(2)).isEmpty();
        assertThat(states.describe().get(0).producerEpoch()).isEqualTo((short) 1);
    }

    @Test
    void idleProducersAreForgottenButNotTheirOpenTransactions() {
        begin(0, 0);
        states.update(
                at(
                        new BatchView()
                                .at(
                                        MemoryRecords.withIdempotentRecords(
                                                        Compression.NONE,
                                                        8,
                                                        (short) 0,
                                                        0,
                                                        new SimpleRecord(NOW + 500, new byte[1]))
                                                .buffer(),
                                        0),
                        1),
                NOW + 500);
        assertThat(states.expire(NOW + 1499, 1000)).isZero();
        assertThat(states.expire(NOW + 1500, 1000)).isEqualTo(1);
        assertThat(states.describe())
                .extracting(ProducerDescription::producerId)
                .containsExactly(PRODUCER);
        nextOffset = 2;
        end(0, true, 1);
        assertThat(states.firstUnstableOffset(2)).hasValue(0);
        assertThat(states.expire(NOW + 9999, 1000))
                .as("its marker is not replicated yet")
                .isZero();
        assertThat(states.firstUnstableOffset(3)).isEmpty();
        assertThat(states.expire(NOW + 9999, 1000)).isEqualTo(1);
        assertThat(states.size()).isZero();
    }

    @Test
    void aProducerIsIdleByTheBrokersClockNotByItsOwn() {
        states.update(batch(0, 0, 1), NOW); // its records are of time 1000
        assertThat(states.expire(NOW + 10, 1000)).isZero();
        ProducerStates restored = new ProducerStates();
        restored.restore(states.snapshot());
        assertThat(restored.expire(NOW + 10, 1000)).isEqualTo(1);
        states.update(batch(0, 1, 1), Long.MAX_VALUE);
        assertThat(states.expire(NOW + 10, 1000)).isZero();
        assertThat(states.expire(NOW + 1010, 1000)).isEqualTo(1);
    }

    @Test
    void tooManyProducersAreBoundedByForgettingTheLongestIdle() {
        for (int id = 0; id < 1000; id++) {
            states.update(
                    at(
                            new BatchView()
                                    .at(
                                            MemoryRecords.withIdempotentRecords(
                                                            Compression.NONE,
                                                            id,
                                                            (short) 0,
                                                            0,
                                                            new SimpleRecord(1, new byte[1]))
                                                    .buffer(),
                                            0),
                            id),
                    NOW + id / 2);
        }
        states.update(at(transactional(5000, 0, 0, 1), 1000), NOW - 1);
        assertThat(states.bound(1001)).isZero();
        assertThat(states.bound(1000)).isEqualTo(101);
        assertThat(states.size()).isEqualTo(900);
        List<Long> left = states.describe().stream()
                .map(ProducerDescription::producerId)
                .sorted()
                .toList();
        assertThat(left).contains(5000L, 102L, 999L).doesNotContain(0L, 99L);
    }

    @Test
    void aSnapshotRestoresTheLastBatchAndTheTransaction() {
        write(4, 0, 3);
        begin(4, 3);
        ProducerStates restored = new ProducerStates();
        assertThat(restored.restore(states.snapshot())).isTrue();
        assertThat(restored.check(transactional(4, 3, 1), CLIENT)).isEqualTo(new Duplicate(3, 3, 1000));
        assertThat(restored.check(transactional(4, 4, 1), CLIENT)).isInstanceOf(Next.class);
        assertThat(restored.firstUnstableOffset(9)).hasValue(3);
        assertThat(restored.snapshot()).isEqualTo(states.snapshot());
    }

    @Test
    void everyDamagedByteOfASnapshotShows() {
        write(4, 0, 3);
        ByteBuffer snapshot = states.snapshot();
        for (int i = 0; i < snapshot.limit(); i++) {
            ByteBuffer damaged = ByteBuffer.allocate(snapshot.limit())
                    .put(snapshot.duplicate())
                    .flip();
            damaged.put(i, (byte) (damaged.get(i) ^ 0x10));
            assertThat(new ProducerStates().restore(damaged)).as("byte %s", i).isFalse();
            assertThat(new ProducerStates().restore(snapshot.slice(0, i))).isFalse();
        }
    }

    private SequenceCheck write(int epoch, int sequence, int count) {
        BatchView batch = batch(epoch, sequence, count);
        SequenceCheck check = states.check(batch, CLIENT);
        if (check instanceof Next) {
            states.update(at(batch, nextOffset), NOW);
            nextOffset += count;
        }
        return check;
    }

    private void begin(int epoch, int sequence) {
        states.update(at(transactional(epoch, sequence, 1), nextOffset++), NOW);
    }

    private @Nullable AbortedTxn end(int epoch, boolean abort, int coordinatorEpoch) {
        return states.update(at(marker(PRODUCER, epoch, abort, coordinatorEpoch), nextOffset++), NOW);
    }

    private SequenceCheck check(int epoch, int sequence, int count) {
        return states.check(batch(epoch, sequence, count), CLIENT);
    }

    private ErrorCode error(int epoch, int sequence, int count) {
        return ((Refused) check(epoch, sequence, count)).error();
    }

    private @Nullable ErrorCode markerError(int epoch, int coordinatorEpoch, AppendOrigin origin) {
        Refused refused = states.checkMarker(marker(PRODUCER, epoch, false, coordinatorEpoch), origin);
        return refused == null ? null : refused.error();
    }

    private static BatchView at(BatchView batch, long offset) {
        batch.setBaseOffset(offset);
        return batch;
    }

    private static BatchView batch(int epoch, int sequence, int count) {
        ByteBuffer buffer = MemoryRecords.withIdempotentRecords(
                        Compression.NONE, PRODUCER, (short) epoch, sequence, records(count))
                .buffer();
        return new BatchView().at(buffer, 0);
    }

    private static BatchView transactional(int epoch, int sequence, int count) {
        return transactional(PRODUCER, epoch, sequence, count);
    }

    private static BatchView transactional(long producer, int epoch, int sequence, int count) {
        ByteBuffer buffer = MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producer, (short) epoch, Math.max(0, sequence), records(count))
                .buffer();
        buffer.putInt(53, sequence);
        return new BatchView().at(buffer, 0);
    }

    private static SimpleRecord[] records(int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) records[i] = new SimpleRecord(1000, new byte[] {1});
        return records;
    }

    private static BatchView marker(long producer, int epoch, boolean abort, int coordinatorEpoch) {
        ControlRecordType type = abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        ByteBuffer buffer = MemoryRecords.withEndTransactionMarker(
                        producer, (short) epoch, new EndTransactionMarker(type, coordinatorEpoch))
                .buffer();
        return new BatchView().at(buffer, 0);
    }
}
