package dev.curia.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Batches as Kafka's client builds them. Values are {@link RandomText}. Stateless. */
final class Batches {
    private Batches() {}

    /** @param bytes of all values together; at least one record is made */
    static ByteBuffer of(int recordBytes, int bytes, String codec) {
        SplittableRandom random = new SplittableRandom(recordBytes * 31L + bytes);
        int count = Math.max(1, bytes / recordBytes);
        return of(count, codec, i -> null, i -> RandomText.of(random, recordBytes));
    }

    static ByteBuffer of(int count, String codec, IntFunction<byte @Nullable []> key, IntFunction<byte[]> value) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) records[i] = new SimpleRecord(BenchLog.NOW, key.apply(i), value.apply(i));
        Compression compression = Compression.of(CompressionType.forName(codec)).build();
        return MemoryRecords.withRecords(compression, records).buffer();
    }
}
