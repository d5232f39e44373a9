package dev.curia.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Batches as Kafka's client builds them. Values are text of random words, which compresses about as logs and JSON do. Stateless. */
final class Batches {
    private static final int WORDS = 4_096;

    private Batches() {}

    /** @param bytes of all values together; at least one record is made */
    static ByteBuffer of(int recordBytes, int bytes, String codec) {
        SplittableRandom random = new SplittableRandom(recordBytes * 31L + bytes);
        int count = Math.max(1, bytes / recordBytes);
        return of(count, codec, i -> null, i -> value(random, recordBytes));
    }

    static ByteBuffer of(int count, String codec, IntFunction<byte @Nullable []> key, IntFunction<byte[]> value) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) records[i] = new SimpleRecord(BenchLog.NOW, key.apply(i), value.apply(i));
        Compression compression = Compression.of(CompressionType.forName(codec)).build();
        return MemoryRecords.withRecords(compression, records).buffer();
    }

    static byte[] value(SplittableRandom random, int bytes) {
        StringBuilder text = new StringBuilder(bytes + 8);
        while (text.length() < bytes) {
            text.append(Integer.toString(Math.abs(random.nextInt(WORDS) * 0x9E3779B1), 36))
                    .append(' ');
        }
        return text.substring(0, bytes).getBytes(StandardCharsets.US_ASCII);
    }
}
