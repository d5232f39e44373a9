package dev.curia.broker.coordinator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A shard's records to and from Kafka's record batches. */
final class RecordBatches {
    private RecordBatches() {}

    /** What a stretch of the log holds. */
    record Decoded<R>(List<R> records, long nextOffset) {}

    /** One batch: in the log either all of it or nothing. */
    static <R> ByteBuffer encode(RecordCodec<R> codec, List<R> records, long timestampMs) {
        SimpleRecord[] encoded =
                records.stream().map(r -> codec.encode(r, timestampMs)).toArray(SimpleRecord[]::new);
        return MemoryRecords.withRecords(Compression.NONE, encoded).buffer();
    }

    /**
     * @param from records before it are left out: a batch may begin earlier
     * @throws IllegalArgumentException when a record is damaged; names its offset
     */
    static <R> Decoded<R> decode(RecordCodec<R> codec, ByteBuffer bytes, long from) {
        List<R> records = new ArrayList<>();
        long next = from;
        for (RecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
            next = batch.nextOffset();
            if (batch.isControlBatch()) continue;
            for (Record record : batch) {
                if (record.offset() < from) continue;
                try {
                    codec.decode(record.key(), record.value()).ifPresent(records::add);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "record at offset " + record.offset() + ": " + e.getMessage(), e);
                }
            }
        }
        return new Decoded<>(records, next);
    }
}
