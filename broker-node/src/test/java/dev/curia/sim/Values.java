package dev.curia.sim;

import dev.curia.log.LogRead;
import dev.curia.log.LogSlice;
import dev.curia.log.PartitionLog;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Records as the clients of the simulation write them: {@code producer-number}. */
final class Values {
    private static final int READ_BYTES = 1 << 20;

    private Values() {}

    /** One record of a log. */
    record Found(long offset, int leaderEpoch, String value) {}

    static ByteBuffer batch(long producerId, int sequence, long timestampMs, List<String> values) {
        SimpleRecord[] records = values.stream()
                .map(value -> new SimpleRecord(timestampMs, null, value.getBytes(StandardCharsets.UTF_8)))
                .toArray(SimpleRecord[]::new);
        return MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) 0, sequence, records)
                .buffer();
    }

    static List<Found> of(LogSlice slice, long from) {
        List<Found> found = new ArrayList<>();
        if (slice.size() == 0) return found;
        try {
            MemoryRecords records = MemoryRecords.readableRecords(slice.toBuffer());
            for (RecordBatch batch : records.batches()) {
                for (Record record : batch) {
                    if (record.offset() < from) continue;
                    String value = StandardCharsets.UTF_8.decode(record.value()).toString();
                    found.add(new Found(record.offset(), batch.partitionLeaderEpoch(), value));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Of the last of whole batches, cut into parts anywhere. */
    static long endOffset(List<ByteBuffer> parts) {
        ByteBuffer all = ByteBuffer.allocate(
                parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(part -> all.put(part.duplicate()));
        long end = 0;
        for (RecordBatch batch : MemoryRecords.readableRecords(all.flip()).batches()) end = batch.nextOffset();
        return end;
    }

    /** What a log holds from one offset up to another; fewer when it ends before. */
    static List<Found> of(PartitionLog log, long from, long to) {
        List<Found> all = new ArrayList<>();
        long next = from;
        while (next < to) {
            LogRead read = log.read(next, READ_BYTES, true, Math.min(to, log.logEndOffset()));
            try (LogSlice slice = read.slice()) {
                if (read.error() != ErrorCode.NONE) return all;
                List<Found> some = of(slice, next);
                if (some.isEmpty()) return all;
                for (Found each : some) if (each.offset < to) all.add(each);
                next = some.get(some.size() - 1).offset + 1;
            }
        }
        return all;
    }
}
