package dev.curia.log.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A window on one record batch inside a buffer, moved from batch to batch without allocating. Reads and patches the header; never
 * looks at records. One thread at a time. Source: KIP-98, Kafka's record batch v2, big endian:
 *
 * <pre>
 *  0 int64 baseOffset            21 int16 attributes          43 int64 producerId
 *  8 int32 batchLength (from 12) 23 int32 lastOffsetDelta     51 int16 producerEpoch
 * 12 int32 partitionLeaderEpoch  27 int64 baseTimestamp       53 int32 baseSequence
 * 16 int8  magic = 2             35 int64 maxTimestamp        57 int32 recordCount
 * 17 uint32 crc32c (from 21)                                  61 records
 * </pre>
 *
 * attributes: 0-2 codec, 3 timestamp type (1: LogAppendTime), 4 transactional, 5 control, 6 delete horizon set.
 */
public final class BatchView {
    /** The bytes before {@link #sizeInBytes} starts counting: offset and length. */
    public static final int LOG_OVERHEAD = 12;

    /** The header, records follow. */
    public static final int HEADER_BYTES = 61;

    /** Enough of the header for offsets and size. */
    public static final int OFFSETS_BYTES = 27;

    /** No producer, no timestamp, no sequence. */
    public static final int NONE = -1;

    private static final int LENGTH = 8;
    private static final int LEADER_EPOCH = 12;
    private static final int MAGIC = 16;
    /** Where the checksum lies; it covers all bytes behind it. */
    public static final int CRC = 17;

    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int BASE_TIMESTAMP = 27;
    private static final int MAX_TIMESTAMP = 35;
    private static final int PRODUCER_ID = 43;
    private static final int PRODUCER_EPOCH = 51;
    private static final int BASE_SEQUENCE = 53;
    private static final int RECORD_COUNT = 57;

    private static final int CODEC_MASK = 0x07;
    private static final int LOG_APPEND_TIME = 0x08;
    private static final int TRANSACTIONAL = 0x10;
    private static final int CONTROL = 0x20;
    private static final int DELETE_HORIZON = 0x40;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    /** Looks at the batch that begins at the absolute {@code position}; the buffer is big endian and its limit is not changed. */
    public BatchView at(ByteBuffer buffer, int position) {
        this.buffer = buffer;
        this.at = position;
        return this;
    }

    /** Where the batch begins in the buffer. */
    public int position() {
        return at;
    }

    public long baseOffset() {
        return buffer.getLong(at);
    }

    /** Of the whole batch with its header; whatever the length field says, so check it before use. */
    public int sizeInBytes() {
        return buffer.getInt(at + LENGTH) + LOG_OVERHEAD;
    }

    public int leaderEpoch() {
        return buffer.getInt(at + LEADER_EPOCH);
    }

    public byte magic() {
        return buffer.get(at + MAGIC);
    }

    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    public int lastOffsetDelta() {
        return buffer.getInt(at + LAST_OFFSET_DELTA);
    }

    /** What records' times are told from; the delete horizon, where the batch {@link #hasDeleteHorizon}. */
    public long baseTimestamp() {
        return buffer.getLong(at + BASE_TIMESTAMP);
    }

    public long maxTimestamp() {
        return buffer.getLong(at + MAX_TIMESTAMP);
    }

    public long producerId() {
        return buffer.getLong(at + PRODUCER_ID);
    }

    public short producerEpoch() {
        return buffer.getShort(at + PRODUCER_EPOCH);
    }

    public int baseSequence() {
        return buffer.getInt(at + BASE_SEQUENCE);
    }

    public int recordCount() {
        return buffer.getInt(at + RECORD_COUNT);
    }

    /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public int codec() {
        return attributes() & CODEC_MASK;
    }

    public boolean isLogAppendTime() {
        return (attributes() & LOG_APPEND_TIME) != 0;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL) != 0;
    }

    public boolean isControl() {
        return (attributes() & CONTROL) != 0;
    }

    /** Whether compaction noted, in place of the base timestamp, when tombstones and markers of this batch may go (KIP-534). */
    public boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON) != 0;
    }

    public boolean hasProducerId() {
        return producerId() != NONE;
    }

    /** The sequence of the last record; sequences wrap from the largest int to 0. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NONE ? NONE : sequenceAfter(base, lastOffsetDelta());
    }

    /** {@code sequence + steps}, wrapping from the largest int to 0. */
    public static int sequenceAfter(int sequence, int steps) {
        return (int) (((long) sequence + steps) & Integer.MAX_VALUE);
    }

    /** Whether the stored checksum is that of the bytes. The whole batch must lie in the buffer. */
    public boolean crcMatches() {
        return buffer.getInt(at + CRC) == computeCrc();
    }

    /** Outside what the checksum covers. */
    public void setBaseOffset(long offset) {
        buffer.putLong(at, offset);
    }

    /** Outside what the checksum covers. */
    public void setLeaderEpoch(int epoch) {
        buffer.putInt(at + LEADER_EPOCH, epoch);
    }

    /** Marks the batch as stamped by the broker, with this time for all its records, and renews the checksum. */
    public void setLogAppendTime(long nowMillis) {
        buffer.putShort(at + ATTRIBUTES, (short) (attributes() | LOG_APPEND_TIME));
        buffer.putLong(at + MAX_TIMESTAMP, nowMillis);
        buffer.putInt(at + CRC, computeCrc());
    }

    /** Corrects the newest of the records' times, and renews the checksum. */
    public void setMaxTimestamp(long timestamp) {
        buffer.putLong(at + MAX_TIMESTAMP, timestamp);
        buffer.putInt(at + CRC, computeCrc());
    }

    /** The batch alone, sharing the bytes. */
    public ByteBuffer slice() {
        return buffer.slice(at, sizeInBytes());
    }

    /** What the view looks at; its position and limit mean nothing here. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** The header of {@code source} over that of the bytes looked at, with what is given here, and the length and checksum that fit. */
    void writeHeader(BatchView source, int attributes, long baseTimestamp, long maxTimestamp, int recordCount) {
        for (int i = 0; i < HEADER_BYTES; i++) buffer.put(at + i, source.buffer.get(source.at + i));
        buffer.putInt(at + LENGTH, buffer.limit() - at - LOG_OVERHEAD);
        buffer.putShort(at + ATTRIBUTES, (short) attributes);
        buffer.putLong(at + BASE_TIMESTAMP, baseTimestamp);
        buffer.putLong(at + MAX_TIMESTAMP, maxTimestamp);
        buffer.putInt(at + RECORD_COUNT, recordCount);
        buffer.putInt(at + CRC, computeCrc());
    }

    short attributes() {
        return buffer.getShort(at + ATTRIBUTES);
    }

    private int computeCrc() {
        int position = buffer.position();
        int limit = buffer.limit();
        crc.reset();
        try {
            buffer.limit(at + sizeInBytes()).position(at + ATTRIBUTES);
            crc.update(buffer);
        } finally {
            buffer.limit(limit).position(position);
        }
        return (int) crc.getValue();
    }
}
