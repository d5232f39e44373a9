package dev.curia.broker.coordinator;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.log.batch.RecordDecoder;
import dev.curia.log.batch.RecordReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** A shard's records to and from Kafka's record batches. */
final class RecordBatches {
    /** What is decoded at once, whatever a batch expands to. */
    static final int MOST_RECORDS = 100_000;

    static final int MOST_BYTES = 64 << 20;

    private RecordBatches() {}

    /** What a stretch of the log holds. */
    record Decoded<R>(List<R> records, long nextOffset) {}

    /** One batch: in the log either all of it or nothing. */
    static <R> ByteBuffer encode(RecordCodec<R> codec, List<R> records, long timestampMs) {
        BatchKind kind = codec.kind(records);
        if (kind instanceof BatchKind.Marker marker) return marker(marker, timestampMs);
        SimpleRecord[] encoded =
                records.stream().map(r -> codec.encode(r, timestampMs)).toArray(SimpleRecord[]::new);
        if (!(kind instanceof BatchKind.Transactional transaction)) {
            return MemoryRecords.withRecords(Compression.NONE, encoded).buffer();
        }
        return MemoryRecords.withTransactionalRecords(
                        Compression.NONE,
                        transaction.producerId(),
                        transaction.producerEpoch(),
                        0, // as Kafka's coordinators write it; nobody looks at it
                        encoded)
                .buffer();
    }

    private static ByteBuffer marker(BatchKind.Marker marker, long timestampMs) {
        return MemoryRecords.withEndTransactionMarker(
                        timestampMs,
                        marker.producerId(),
                        marker.producerEpoch(),
                        new EndTransactionMarker(
                                marker.commit() ? ControlRecordType.COMMIT : ControlRecordType.ABORT,
                                marker.coordinatorEpoch()))
                .buffer();
    }

    /**
     * Decodes from {@code from} on, until the end or until {@link #MOST_RECORDS} or {@link #MOST_BYTES} are decoded: the rest is read again
     * from {@code nextOffset} on.
     *
     * @param from records before it are left out: a batch may begin earlier
     * @throws IllegalArgumentException when a batch or record is damaged, or expands to more than is held; names its offset
     */
    static <R> Decoded<R> decode(RecordCodec<R> codec, ByteBuffer bytes, long from) {
        List<R> records = new ArrayList<>();
        BatchView batch = new BatchView();
        long next = from;
        long held = 0;
        int seen = 0;
        try (RecordReader reader = new RecordReader()) {
            for (int at = bytes.position(); bytes.limit() - at >= BatchView.HEADER_BYTES; at += batch.sizeInBytes()) {
                int size = batch.at(bytes, at).sizeInBytes();
                if (size < BatchView.HEADER_BYTES) throw damaged(next, "a batch claims " + size + " bytes");
                if (size > bytes.limit() - at) break;
                if (batch.isControl() && batch.lastOffset() >= from) {
                    RecordDecoder.marker(batch.slice())
                            .flatMap(marker -> codec.ended(new BatchKind.Marker(
                                    batch.producerId(),
                                    batch.producerEpoch(),
                                    marker.coordinatorEpoch(),
                                    !marker.abort(),
                                    false)))
                            .ifPresent(records::add);
                } else if (batch.lastOffset() >= from) {
                    reader.open(batch);
                    while (reader.next()) {
                        if (reader.offset() < from) continue;
                        if (seen++ == MOST_RECORDS || held > MOST_BYTES) return new Decoded<>(records, next);
                        held += decode(codec, reader, batch, records);
                        next = reader.offset() + 1;
                    }
                }
                next = Math.max(next, batch.lastOffset() + 1);
            }
        } catch (InvalidBatchException e) {
            throw damaged(next, e.getMessage());
        }
        return new Decoded<>(records, next);
    }

    /** @return how many bytes the record has */
    private static <R> long decode(RecordCodec<R> codec, RecordReader record, BatchView batch, List<R> into)
            throws InvalidBatchException {
        ByteBuffer key = record.key();
        ByteBuffer value = record.value();
        try {
            codec.decode(key == null ? null : key.duplicate(), value == null ? null : value.duplicate())
                    .flatMap(known -> batch.isTransactional()
                            ? codec.inTransaction(
                                    known, new BatchKind.Transactional(batch.producerId(), batch.producerEpoch()))
                            : Optional.of(known))
                    .ifPresent(into::add);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("record at offset " + record.offset() + ": " + e.getMessage(), e);
        }
        return (key == null ? 0L : key.remaining()) + (value == null ? 0 : value.remaining());
    }

    private static IllegalArgumentException damaged(long offset, @Nullable String what) {
        return new IllegalArgumentException("from offset " + offset + " on: " + what);
    }
}
