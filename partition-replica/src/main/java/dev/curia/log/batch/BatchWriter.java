package dev.curia.log.batch;

import java.nio.ByteBuffer;

/**
 * Makes a batch of some or all records of another, in any codec. Everything that the header says stays: offsets, also the last one where
 * its record is left out, leader epoch, producer id, epoch and sequence, flags, timestamp type; records keep their offsets and times. Size,
 * count, newest timestamp and checksum become those of the records taken, or with none the newest timestamp stays. No record is held: each
 * streams from reader to compressor. One thread, one batch; {@link #close} in any case.
 */
public final class BatchWriter implements AutoCloseable {
    private static final int CODEC_MASK = 0x07;
    private static final int DELETE_HORIZON = 0x40;

    private final BatchView source = new BatchView();
    private final RecordOutput output;
    private final int attributes;
    private final long baseTimestamp;
    private final boolean stampedByBroker;
    private long newest = BatchView.NONE;
    private int count;

    /**
     * @param original the batch whose header to keep; the view may move on, the bytes must not change
     * @param maxBytes what the new batch may come to: beyond, MESSAGE_TOO_LARGE
     */
    public BatchWriter(BatchView original, Codec codec, int maxBytes) {
        this(original, codec, maxBytes, original.baseTimestamp(), original.attributes());
    }

    private BatchWriter(BatchView original, Codec codec, int maxBytes, long baseTimestamp, int attributes) {
        this.source.at(original.buffer(), original.position());
        this.baseTimestamp = baseTimestamp;
        this.attributes = (attributes & ~CODEC_MASK) | codec.id();
        this.stampedByBroker = original.isLogAppendTime();
        this.output = new RecordOutput(codec, Math.min(original.sizeInBytes(), maxBytes), maxBytes);
    }

    /** The same, and notes in the new batch when its tombstones or marker may go, in milliseconds (KIP-534). */
    public static BatchWriter withDeleteHorizon(BatchView original, Codec codec, int maxBytes, long deleteHorizonMs) {
        return new BatchWriter(original, codec, maxBytes, deleteHorizonMs, original.attributes() | DELETE_HORIZON);
    }

    /** Takes the record that the reader is at, unless its headers were taken there; the reader passes over it. Of one batch, in order. */
    public void append(RecordReader record) throws InvalidBatchException {
        long time = record.timestampAsSent();
        long timestampDelta = time - baseTimestamp;
        long offsetDelta = record.offset() - source.baseOffset();
        long body = 1L + Varints.sizeOf(timestampDelta) + Varints.sizeOf(offsetDelta) + record.restBytes();
        if (body > Integer.MAX_VALUE) {
            throw InvalidBatchException.tooLarge("A record comes to " + body + " bytes");
        }
        output.writeVarint(body);
        output.write(record.attributes());
        output.writeVarint(timestampDelta);
        output.writeVarint(offsetDelta);
        record.copyRest(output);
        newest = Math.max(newest, time);
        count++;
    }

    /** How many records were taken. */
    public int count() {
        return count;
    }

    /** The new batch, whole, at position 0 of its own buffer, big endian. With no record taken, a header alone: it still tells sequences. */
    public ByteBuffer finish() throws InvalidBatchException {
        if (count == 0) return emptied(source);
        ByteBuffer batch = output.finish();
        long maxTimestamp = stampedByBroker ? source.maxTimestamp() : newest;
        new BatchView().at(batch, 0).writeHeader(source, attributes, baseTimestamp, maxTimestamp, count);
        return batch;
    }

    /** Frees the compressor. */
    @Override
    public void close() {
        output.close();
    }

    private static ByteBuffer emptied(BatchView source) {
        ByteBuffer batch = ByteBuffer.allocate(BatchView.HEADER_BYTES);
        int attributes = source.attributes() & ~(CODEC_MASK | DELETE_HORIZON);
        new BatchView().at(batch, 0).writeHeader(source, attributes, BatchView.NONE, source.maxTimestamp(), 0);
        return batch;
    }
}
