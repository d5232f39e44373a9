package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.BatchView;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class LastBatchesTest {
    private static final long STABLE_END = 100;

    @Test
    void theLastBatchOfAProducerIsOne() {
        LastBatches batches = new LastBatches(Map.of(7L, new LastRecord(20, (short) 0)), STABLE_END);

        assertThat(batches.has(data(19, 7))).isFalse();
        assertThat(batches.has(data(20, 7))).isTrue();
        assertThat(batches.has(data(20, 8))).as("of an unknown producer").isFalse();
        assertThat(batches.has(plain(20))).as("of none").isFalse();
    }

    @Test
    void anEpochThatBeganWithAMarkerIsLearntFromThatMarker() {
        LastBatches batches = new LastBatches(Map.of(7L, new LastRecord(-1, (short) 0)), STABLE_END);

        assertThat(batches.has(data(20, 7))).isFalse();
        assertThat(batches.has(TransactionFatesTest.marker(21, 7, ControlRecordType.ABORT)))
                .isTrue();
    }

    /** When what is behind the stable end is cut off, the one before is the last. */
    @Test
    void whereTheLastMayBeCutOffTheLastThatMayNotIsOne() {
        LastBatches batches = new LastBatches(Map.of(7L, new LastRecord(120, (short) 0)), STABLE_END);
        batches.pass(data(60, 7));
        batches.pass(data(80, 7));
        batches.pass(data(85, 8));
        batches.pass(TransactionFatesTest.marker(90, 7, ControlRecordType.COMMIT));
        batches.pass(data(100, 7));
        batches.pass(data(120, 7));

        assertThat(batches.has(data(60, 7))).isFalse();
        assertThat(batches.has(data(80, 7))).isTrue();
    }

    /** Which of those that were cleaned before it is, nobody noted: all stay until the next cleaning. */
    @Test
    void withoutOneInTheDirtyPartAllOfItsBatchesAre() {
        LastBatches batches = new LastBatches(Map.of(7L, new LastRecord(120, (short) 0)), STABLE_END);
        batches.pass(data(120, 7));

        assertThat(batches.has(data(3, 7))).isTrue();
        assertThat(batches.has(data(5, 7))).isTrue();
        assertThat(batches.has(data(5, 8))).isFalse();
    }

    private static BatchView data(long offset, long producerId) {
        return TransactionFatesTest.data(offset, producerId);
    }

    private static BatchView plain(long offset) {
        MemoryRecords records = MemoryRecords.withRecords(offset, Compression.NONE, new SimpleRecord(new byte[1]));
        return new BatchView().at(records.buffer(), 0);
    }
}
