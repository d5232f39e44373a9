package dev.curia.broker.kafka.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.curia.broker.logs.Bombs;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.Record;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What applications get of batches as Kafka's client builds them, and of hostile ones. Transactions are in CommittedConsumeTest. */
class BatchReaderTest {
    private static final int MIB = 1 << 20;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void everyPartOfARecordComesOut(CompressionType codec) throws Exception {
        Header[] headers = {new RecordHeader("a", bytes("1")), new RecordHeader("none", (byte[]) null)};
        ByteBuffer batch = MemoryRecords.withRecords(
                        Compression.of(codec).build(),
                        new SimpleRecord(5, bytes("k"), bytes("v"), headers),
                        new SimpleRecord(7, (byte[]) null, null),
                        new SimpleRecord(-1, new byte[0], new byte[0]))
                .buffer();
        List<Record> records = read(batch, 0, 100);
        assertThat(records).extracting(Record::getOffset).containsExactly(0L, 1L, 2L);
        assertThat(records).extracting(Record::getTimestampMs).containsExactly(5L, 7L, -1L);
        Record first = records.get(0);
        assertThat(first.getKey().toStringUtf8() + first.getValue().toStringUtf8())
                .isEqualTo("kv");
        assertThat(first.getHeaders(0).getKey()).isEqualTo("a");
        assertThat(first.getHeaders(0).getValue().toStringUtf8()).isEqualTo("1");
        assertThat(first.getHeaders(1).hasValue()).isFalse();
        assertThat(records.get(1).hasKey() || records.get(1).hasValue()).isFalse();
        assertThat(records.get(2).hasKey() && records.get(2).hasValue()).isTrue();
        assertThat(read(batch, 1, 2)).extracting(Record::getOffset).containsExactly(1L);
    }

    @Test
    void aHugeValueIsRefusedWithoutBeingHeldAndWhatIsBeforeItIsServed() throws Exception {
        assertRefused(Bombs.value(120 * MIB), ErrorCode.MESSAGE_TOO_LARGE);
    }

    @Test
    void manyHeadersAreRefusedBeforeTheyBecomeObjects() throws Exception {
        assertRefused(Bombs.headers(20 * MIB), ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(read(Bombs.headers(BatchReader.MOST_HEADERS), 0, 1)).hasSize(1);
    }

    @Test
    void damagedBatchesAreRefused() throws Exception {
        ByteBuffer flipped = batchAt(1);
        flipped.put(flipped.limit() - 2, (byte) (flipped.get(flipped.limit() - 2) ^ 1));
        assertRefused(flipped, ErrorCode.CORRUPT_MESSAGE);
        assertRefused(batchAt(1).putInt(8, 3), ErrorCode.INVALID_RECORD);
    }

    private static void assertRefused(ByteBuffer bad, ErrorCode error) throws Exception {
        ByteBuffer good = batchAt(0);
        bad.putLong(0, 1);
        ByteBuffer both = ByteBuffer.allocate(good.remaining() + bad.remaining())
                .put(good)
                .put(bad.duplicate())
                .flip();
        long before = Bombs.allocated();
        try (BatchReader reader = new BatchReader(both, 0, 100, List.of())) {
            assertThat(reader.next(MIB)).hasSize(1);
            assertThat(reader.nextOffset()).isEqualTo(1);
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(InvalidBatchException.class)
                        .isThrownBy(() -> reader.next(MIB))
                        .satisfies(e -> assertThat(e.error()).isEqualTo(error));
            }
            assertThat(reader.nextOffset()).isEqualTo(1);
        }
        // Headers are held in their encoded form, in an array that doubles.
        assertThat(Bombs.allocated() - before).isLessThan(150L * MIB);
    }

    private static ByteBuffer batchAt(long offset) {
        return MemoryRecords.withRecords(offset, Compression.NONE, new SimpleRecord(5, bytes("value")))
                .buffer();
    }

    private static List<Record> read(ByteBuffer batches, long from, long until) throws Exception {
        List<Record> all = new ArrayList<>();
        try (BatchReader reader = new BatchReader(batches, from, until, List.of())) {
            for (List<Record> next = reader.next(1); !next.isEmpty(); next = reader.next(1)) all.addAll(next);
        }
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
