package dev.curia.broker.kafka.batch;

import com.google.protobuf.ByteString;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.jspecify.annotations.Nullable;

/** Packs records into one record batch (format v2, KIP-98) without a producer id. Stateless. */
public final class BatchEncoder {
    private static final int BATCH_OVERHEAD = 61;
    private static final int RECORD_OVERHEAD = 32;

    private BatchEncoder() {}

    /**
     * One batch with base offset 0, ready to append.
     *
     * @param records at least one
     * @param nowMs for records that bring no timestamp
     */
    public static ByteBuffer encode(List<Record> records, Compression compression, long nowMs) {
        ByteBuffer buffer = ByteBuffer.allocate(sizeEstimate(records));
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(buffer, codec(compression), TimestampType.CREATE_TIME, 0L)) {
            for (Record record : records) {
                builder.append(
                        record.getTimestampMs() == 0 ? nowMs : record.getTimestampMs(),
                        record.hasKey() ? record.getKey().asReadOnlyByteBuffer() : null,
                        record.hasValue() ? record.getValue().asReadOnlyByteBuffer() : null,
                        headers(record));
            }
            return builder.build().buffer();
        }
    }

    /** An upper bound without compression, so that the buffer rarely has to grow. */
    private static int sizeEstimate(List<Record> records) {
        long size = BATCH_OVERHEAD;
        for (Record record : records) size += RECORD_OVERHEAD + record.getSerializedSize();
        return (int) Math.min(size, Integer.MAX_VALUE - 8);
    }

    private static RecordHeader[] headers(Record record) {
        RecordHeader[] headers = new RecordHeader[record.getHeadersCount()];
        for (int i = 0; i < headers.length; i++) {
            Header header = record.getHeaders(i);
            headers[i] = new RecordHeader(header.getKey(), bytes(header.hasValue() ? header.getValue() : null));
        }
        return headers;
    }

    // kafka-clients takes null for "no value", but is not annotated so.
    @SuppressWarnings("NullAway")
    private static byte[] bytes(@Nullable ByteString value) {
        return value == null ? null : value.toByteArray();
    }

    private static org.apache.kafka.common.compress.Compression codec(Compression compression) {
        return switch (compression) {
            case UNCOMPRESSED -> org.apache.kafka.common.compress.Compression.NONE;
            case GZIP -> org.apache.kafka.common.compress.Compression.gzip().build();
            case SNAPPY -> org.apache.kafka.common.compress.Compression.snappy().build();
            case LZ4 -> org.apache.kafka.common.compress.Compression.lz4().build();
            case ZSTD -> org.apache.kafka.common.compress.Compression.zstd().build();
            case UNRECOGNIZED -> throw new IllegalArgumentException("unknown compression");
        };
    }
}
