package dev.curia.broker.coordinator;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Translates a shard's records to and from the records of its topic. Stateless, thread-safe. */
public interface RecordCodec<R> {
    /** @param timestampMs wall clock, since 1970 */
    SimpleRecord encode(R record, long timestampMs);

    /**
     * Reads one record of the log; null {@code value} is a tombstone.
     *
     * @return empty for a kind this version doesn't know, which is kept in the log and otherwise ignored
     * @throws IllegalArgumentException when the bytes are damaged
     */
    Optional<R> decode(@Nullable ByteBuffer key, @Nullable ByteBuffer value);

    /** What the batch of one change is to transactions. */
    default BatchKind kind(List<R> records) {
        return BatchKind.PLAIN;
    }

    /** What a record stands for that is part of a producer's transaction. */
    default Optional<R> inTransaction(R record, BatchKind.Transactional transaction) {
        return Optional.of(record);
    }

    /** What the end of a producer's transaction stands for. */
    default Optional<R> ended(BatchKind.Marker marker) {
        return Optional.empty();
    }
}
