package dev.curia.log.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.SequenceCheck.Duplicate;
import dev.curia.log.producer.SequenceCheck.Next;
import dev.curia.log.producer.SequenceCheck.Refused;
import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class ProducerStatesTest {
    private static final long PRODUCER = 42;

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
        assertThat(error(3, 9, 1)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(write(3, 0, 9)).isInstanceOf(Next.class);
        assertThat(write(3, 9, 1)).isInstanceOf(Next.class);
    }

    @Test
    void sequencesWrap() {
        states.update(batch(0, Integer.MAX_VALUE - 2, 1));
        assertThat(write(0, Integer.MAX_VALUE - 1, 4)).isInstanceOf(Next.class);
        assertThat(check(0, Integer.MAX_VALUE - 1, 4)).isInstanceOf(Duplicate.class);
        assertThat(write(0, 2, 1)).isInstanceOf(Next.class);
    }

    @Test
    void aMarkerOfANewerEpochFencesAndResets() {
        write(0, 0, 1);
        BatchView marker = marker(1);
        assertThat(states.checkMarker(marker)).isNull();
        states.update(marker);
        assertThat(error(0, 1, 1)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(error(1, 1, 1)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(check(1, 0, 1)).isInstanceOf(Next.class);
        assertThat(states.checkMarker(marker(0))).isNotNull();
    }

    @Test
    void aSnapshotRestoresTheLastBatch() {
        write(4, 0, 3);
        write(4, 3, 2);
        ProducerStates restored = new ProducerStates();
        assertThat(restored.restore(states.snapshot())).isTrue();
        assertThat(restored.check(batch(4, 3, 2))).isEqualTo(new Duplicate(3, 4, 1000));
        assertThat(restored.check(batch(4, 5, 1))).isInstanceOf(Next.class);
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
        SequenceCheck check = states.check(batch);
        if (check instanceof Next) {
            batch.setBaseOffset(nextOffset);
            nextOffset += count;
            states.update(batch);
        }
        return check;
    }

    private SequenceCheck check(int epoch, int sequence, int count) {
        return states.check(batch(epoch, sequence, count));
    }

    private ErrorCode error(int epoch, int sequence, int count) {
        return ((Refused) check(epoch, sequence, count)).error();
    }

    private static BatchView batch(int epoch, int sequence, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) records[i] = new SimpleRecord(1000, new byte[] {1});
        ByteBuffer buffer = MemoryRecords.withIdempotentRecords(
                        Compression.NONE, PRODUCER, (short) epoch, sequence, records)
                .buffer();
        return new BatchView().at(buffer, 0);
    }

    private static BatchView marker(int epoch) {
        ByteBuffer buffer = MemoryRecords.withEndTransactionMarker(
                        PRODUCER, (short) epoch, new EndTransactionMarker(ControlRecordType.COMMIT, 5))
                .buffer();
        return new BatchView().at(buffer, 0);
    }
}
