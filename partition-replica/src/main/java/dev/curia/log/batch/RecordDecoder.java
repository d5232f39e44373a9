package dev.curia.log.batch;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Questions about the records of one batch, whose structure has been checked. Stateless; hostile records have an answer too. */
public final class RecordDecoder {
    private static final int MARKER_KEY_BYTES = 4;
    private static final int MARKER_VALUE_BYTES = 6;
    private static final short ABORT = 0;
    private static final short COMMIT = 1;

    private RecordDecoder() {}

    /** A record's place in time. */
    public record RecordTime(long offset, long timestamp) {}

    /**
     * What ends a transaction.
     *
     * @param coordinatorEpoch of the transaction coordinator that wrote it
     */
    public record Marker(boolean abort, int coordinatorEpoch) {}

    /**
     * The first record at or after {@code timestamp} whose offset is at least {@code minOffset}. Of a batch that cannot be decoded, where it
     * begins: whoever reads from there misses nothing.
     */
    public static Optional<RecordTime> firstAtOrAfter(ByteBuffer batch, long timestamp, long minOffset) {
        BatchView view = new BatchView().at(batch, batch.position());
        try (RecordReader records = new RecordReader()) {
            records.open(view);
            while (records.next()) {
                if (records.timestamp() >= timestamp && records.offset() >= minOffset) {
                    return Optional.of(new RecordTime(records.offset(), records.timestamp()));
                }
            }
            return Optional.empty();
        } catch (InvalidBatchException e) {
            if (view.maxTimestamp() < timestamp || view.lastOffset() < minOffset) return Optional.empty();
            return Optional.of(new RecordTime(Math.max(view.baseOffset(), minOffset), view.maxTimestamp()));
        }
    }

    /** Empty: the control batch holds no end-of-transaction marker, or none any more since it was compacted. Source: KIP-98. */
    public static Optional<Marker> marker(ByteBuffer controlBatch) {
        try (RecordReader records = new RecordReader()) {
            records.open(new BatchView().at(controlBatch, controlBatch.position()));
            if (!records.next()) return Optional.empty();
            short type = markerType(records.key());
            ByteBuffer value = records.value();
            if (type < 0 || value == null || value.remaining() < MARKER_VALUE_BYTES) return Optional.empty();
            int at = value.position();
            if (value.getShort(at) < 0) return Optional.empty();
            return Optional.of(new Marker(type == ABORT, value.getInt(at + Short.BYTES)));
        } catch (InvalidBatchException e) {
            return Optional.empty();
        }
    }

    /** -1: no marker. */
    private static short markerType(@Nullable ByteBuffer key) {
        if (key == null || key.remaining() < MARKER_KEY_BYTES) return -1;
        int at = key.position();
        short type = key.getShort(at + Short.BYTES);
        return key.getShort(at) >= 0 && (type == ABORT || type == COMMIT) ? type : -1;
    }
}
