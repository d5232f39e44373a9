package dev.curia.log.batch;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/** Batches as Kafka's own client builds and reads them. */
final class TestBatches {
    static final long NOW = 1_700_000_000_000L;

    private TestBatches() {}

    /** A random batch of any codec, plain, idempotent, transactional or a marker. */
    static ByteBuffer random(SplittableRandom random) {
        return random.nextInt(12) == 0 ? marker(random) : random(random, random.nextInt(5));
    }

    static ByteBuffer random(SplittableRandom random, int codec) {
        boolean producer = random.nextBoolean();
        boolean transactional = producer && random.nextBoolean();
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                ByteBuffer.allocate(256),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.of(CompressionType.forId(codec)).build(),
                TimestampType.CREATE_TIME,
                0,
                RecordBatch.NO_TIMESTAMP,
                producer ? random.nextLong(1, 1000) : RecordBatch.NO_PRODUCER_ID,
                producer ? (short) random.nextInt(100) : RecordBatch.NO_PRODUCER_EPOCH,
                producer ? random.nextInt(0, Integer.MAX_VALUE) : RecordBatch.NO_SEQUENCE,
                transactional,
                false,
                RecordBatch.NO_PARTITION_LEADER_EPOCH,
                Integer.MAX_VALUE);
        int count = random.nextInt(20) == 0 ? random.nextInt(1, 300) : random.nextInt(1, 6);
        for (int i = 0; i < count; i++) builder.append(record(random, i));
        return copy(builder.build().buffer());
    }

    static ByteBuffer marker(SplittableRandom random) {
        EndTransactionMarker marker = new EndTransactionMarker(
                random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT, random.nextInt(1000));
        return copy(MemoryRecords.withEndTransactionMarker(
                        0, NOW, 7, random.nextLong(1, 1000), (short) random.nextInt(100), marker)
                .buffer());
    }

    /** Key and value pairs; null for none. */
    static ByteBuffer of(int codec, @Nullable String... keysAndValues) {
        SimpleRecord[] records = new SimpleRecord[keysAndValues.length / 2];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(NOW + i, bytes(keysAndValues[2 * i]), bytes(keysAndValues[2 * i + 1]));
        }
        return of(codec, records);
    }

    static ByteBuffer of(int codec, SimpleRecord... records) {
        return copy(MemoryRecords.withRecords(
                        Compression.of(CompressionType.forId(codec)).build(), records)
                .buffer());
    }

    /** A batch of records that need not be any, told as one record a byte array, with a header that claims one record each. */
    static ByteBuffer raw(int codec, byte[]... records) {
        ByteBufferOutputStream target = new ByteBufferOutputStream(512);
        target.position(BatchView.HEADER_BYTES);
        try (OutputStream compressor = Codec.of(codec).compress(target)) {
            for (byte[] record : records) compressor.write(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer batch = target.buffer().flip();
        BatchView model = view(of(0, "k", "v"));
        model.buffer().putInt(23, records.length - 1);
        view(batch).writeHeader(model, codec, NOW, NOW, records.length);
        return batch;
    }

    /** One record: its length, then numbers as varints (Integer, Long) and bytes as they are (byte[]). */
    static byte[] rawRecord(Object... parts) {
        byte[] body = rawBytes(parts);
        return rawBytes(body.length, body);
    }

    static byte[] rawBytes(Object... parts) {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        byte[] number = new byte[10];
        for (Object part : parts) {
            if (part instanceof byte[] given) bytes.put(given);
            else bytes.put(number, 0, Varints.write(((Number) part).longValue(), number, 0));
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    static BatchView view(ByteBuffer batch) {
        return new BatchView().at(batch, batch.position());
    }

    static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    static void repairChecksum(ByteBuffer batch) {
        if (batch.limit() < BatchView.HEADER_BYTES) return;
        int size = batch.getInt(8) + BatchView.LOG_OVERHEAD;
        if (size < BatchView.HEADER_BYTES || size > batch.limit()) return;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(batch.slice(21, size - 21));
        batch.putInt(17, (int) crc.getValue());
    }

    /** Everything about a record as Kafka's client reads it. */
    static List<List<Object>> asKafkaReads(ByteBuffer batch) {
        List<List<Object>> found = new ArrayList<>();
        for (Record record : kafka(batch)) {
            List<Object> headers = new ArrayList<>();
            for (Header header : record.headers()) {
                headers.add(Map.entry(header.key(), Arrays.toString(header.value())));
            }
            found.add(Arrays.asList(
                    record.offset(), record.timestamp(), record.key(), record.value(), headers, record.sequence()));
        }
        return found;
    }

    static MutableRecordBatch kafka(ByteBuffer batch) {
        MutableRecordBatch found = MemoryRecords.readableRecords(batch.duplicate())
                .batches()
                .iterator()
                .next();
        found.ensureValid();
        return found;
    }

    private static SimpleRecord record(SplittableRandom random, int index) {
        Header[] headers = new Header[random.nextInt(3) == 0 ? random.nextInt(4) : 0];
        for (int i = 0; i < headers.length; i++) {
            headers[i] =
                    new RecordHeader("h" + "x".repeat(random.nextInt(9)), random.nextBoolean() ? part(random) : null);
        }
        byte[] key = random.nextInt(4) == 0 ? null : part(random);
        byte[] value = random.nextInt(4) == 0 ? null : part(random);
        return new SimpleRecord(NOW - random.nextInt(100_000) + index, key, value, headers);
    }

    private static byte[] part(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(100) == 0 ? random.nextInt(40_000) : random.nextInt(40)];
        if (random.nextBoolean()) random.nextBytes(bytes);
        return bytes;
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
