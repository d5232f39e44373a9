package dev.curia.log.batch;

import static dev.curia.log.batch.TestBatches.NOW;
import static dev.curia.log.batch.TestBatches.raw;
import static dev.curia.log.batch.TestBatches.rawBytes;
import static dev.curia.log.batch.TestBatches.rawRecord;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.RecordDecoder.Marker;
import dev.curia.log.batch.RecordDecoder.RecordTime;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordDecoderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void theFirstRecordOfATimeIsFound(int codec) {
        ByteBuffer batch = TestBatches.of(codec, record(NOW), record(NOW + 10), record(NOW + 5), record(NOW + 20));
        TestBatches.view(batch).setBaseOffset(100);
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 3, 0)).contains(new RecordTime(101, NOW + 10));
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 3, 102)).contains(new RecordTime(102, NOW + 5));
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 20, 0)).contains(new RecordTime(103, NOW + 20));
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 21, 0)).isEmpty();
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW, 104)).isEmpty();
        TestBatches.view(batch).setLogAppendTime(NOW + 50);
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 30, 0)).contains(new RecordTime(100, NOW + 50));
    }

    /** Else a consumer that asks for a time would pass over records that are there. */
    @Test
    void aBatchThatCannotBeDecodedIsFoundAsAWhole() {
        ByteBuffer batch = TestBatches.of(1, record(NOW), record(NOW + 10));
        TestBatches.view(batch).setBaseOffset(100);
        batch.put(61, (byte) 0x55);
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 3, 0)).contains(new RecordTime(100, NOW + 10));
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 3, 101)).contains(new RecordTime(101, NOW + 10));
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW + 11, 0)).isEmpty();
        assertThat(RecordDecoder.firstAtOrAfter(batch, NOW, 102)).isEmpty();
    }

    @Test
    void markersTellHowTheTransactionEnded() {
        for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.COMMIT, ControlRecordType.ABORT}) {
            ByteBuffer batch = TestBatches.copy(
                    MemoryRecords.withEndTransactionMarker(0, NOW, 7, 5, (short) 1, new EndTransactionMarker(type, 33))
                            .buffer());
            assertThat(RecordDecoder.marker(batch)).contains(new Marker(type == ControlRecordType.ABORT, 33));
        }
    }

    @Test
    void otherControlRecordsAreNoMarkers() {
        byte[] value = {0, 0, 0, 0, 0, 9};
        assertThat(RecordDecoder.marker(control(new byte[] {0, 0, 0, 1}, value)))
                .contains(new Marker(false, 9));
        assertThat(RecordDecoder.marker(control(new byte[] {0, 5, 0, 0}, value)))
                .contains(new Marker(true, 9));
        assertThat(RecordDecoder.marker(control(new byte[] {0, 0, 0, 2}, value)))
                .isEmpty();
        assertThat(RecordDecoder.marker(control(new byte[] {-1, 0, 0, 1}, value)))
                .isEmpty();
        assertThat(RecordDecoder.marker(control(new byte[] {0, 0, 0}, value))).isEmpty();
        assertThat(RecordDecoder.marker(control(new byte[] {0, 0, 0, 1}, new byte[5])))
                .isEmpty();
        assertThat(RecordDecoder.marker(control(new byte[] {0, 0, 0, 1}, new byte[] {-1, 0, 0, 0, 0, 9})))
                .isEmpty();
        assertThat(RecordDecoder.marker(raw(0, rawRecord(new byte[1], 0, 0, -1, 6, value, 0))))
                .isEmpty();
        assertThat(RecordDecoder.marker(raw(0, rawBytes(99)))).isEmpty();
    }

    private static ByteBuffer control(byte[] key, byte[] value) {
        return raw(0, rawRecord(new byte[1], 0, 0, key.length, key, value.length, value, 0));
    }

    private static SimpleRecord record(long time) {
        return new SimpleRecord(time, null, new byte[5]);
    }
}
