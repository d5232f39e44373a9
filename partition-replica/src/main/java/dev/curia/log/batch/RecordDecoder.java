package dev.curia.log.batch;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;

/**
 * The few operations that need the records of a batch, not just its header. Stateless. Each takes one whole batch whose structure has
 * been checked; what its records turn out to be is answered, not thrown: on hostile bytes the decoder fails with any runtime exception.
 */
public final class RecordDecoder {
    private RecordDecoder() {}

    /** A record's place in time. */
    public record RecordTime(long offset, long timestamp) {}

    /** Refuses records that have no key, or that cannot be decoded. */
    static BatchCheck checkKeys(ByteBuffer batch) {
        try (CloseableIterator<Record> records = iterate(batch)) {
            while (records.hasNext()) {
                if (!records.next().hasKey()) {
                    return BatchCheck.invalid("Records without a key are refused: the topic is compacted by key");
                }
            }
            return BatchCheck.OK;
        } catch (RuntimeException e) {
            return BatchCheck.invalid("The batch's records cannot be decoded: " + e.getMessage());
        }
    }

    /** The first record at or after {@code timestamp} whose offset is at least {@code minOffset}; none in an undecodable batch. */
    public static Optional<RecordTime> firstAtOrAfter(ByteBuffer batch, long timestamp, long minOffset) {
        try (CloseableIterator<Record> records = iterate(batch)) {
            while (records.hasNext()) {
                Record next = records.next();
                if (next.timestamp() >= timestamp && next.offset() >= minOffset) {
                    return Optional.of(new RecordTime(next.offset(), next.timestamp()));
                }
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * What ends a transaction.
     *
     * @param coordinatorEpoch of the transaction coordinator that wrote it
     */
    public record Marker(boolean abort, int coordinatorEpoch) {}

    /** Empty: the control batch holds no end-of-transaction marker, or none any more since it was compacted. */
    public static Optional<Marker> marker(ByteBuffer controlBatch) {
        try (CloseableIterator<Record> records = iterate(controlBatch)) {
            if (!records.hasNext()) return Optional.empty();
            EndTransactionMarker marker = EndTransactionMarker.deserialize(records.next());
            return Optional.of(new Marker(marker.controlType() == ControlRecordType.ABORT, marker.coordinatorEpoch()));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * The same records and header in another codec, in a new buffer.
     *
     * @param codec as in a batch's attributes
     * @return empty when the records cannot be decoded
     */
    public static Optional<ByteBuffer> recompress(ByteBuffer batch, int codec) {
        RecordBatch source = first(batch);
        Compression compression = Compression.of(CompressionType.forId(codec)).build();
        MemoryRecordsBuilder target = new MemoryRecordsBuilder(
                ByteBuffer.allocate(Math.max(1024, source.sizeInBytes())),
                RecordBatch.MAGIC_VALUE_V2,
                compression,
                TimestampType.CREATE_TIME,
                source.baseOffset(),
                RecordBatch.NO_TIMESTAMP,
                source.producerId(),
                source.producerEpoch(),
                source.baseSequence(),
                source.isTransactional(),
                source.isControlBatch(),
                source.partitionLeaderEpoch(),
                Integer.MAX_VALUE);
        try (target;
                CloseableIterator<Record> records = source.streamingIterator(BufferSupplier.NO_CACHING)) {
            while (records.hasNext()) target.append(records.next());
            return Optional.of(target.build().buffer());
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static CloseableIterator<Record> iterate(ByteBuffer batch) {
        return first(batch).streamingIterator(BufferSupplier.NO_CACHING);
    }

    private static RecordBatch first(ByteBuffer batch) {
        Iterator<MutableRecordBatch> batches =
                MemoryRecords.readableRecords(batch.duplicate()).batches().iterator();
        if (!batches.hasNext()) throw new IllegalArgumentException("no whole batch in " + batch);
        return batches.next();
    }
}
