package dev.curia.log.batch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** A batch that grows: room for its header, then records as the codec compresses them, bounded. One thread at a time. */
final class RecordOutput implements AutoCloseable {
    private static final int SCRATCH_BYTES = 4096;
    /** The size is looked at after each part. */
    private static final int PART_BYTES = 16 * 1024;

    private final ByteBufferOutputStream target;
    private final OutputStream compressor;
    private final int maxBytes;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    /**
     * @param initialBytes of the buffer; it grows as needed
     * @param maxBytes the most that the batch may come to
     */
    RecordOutput(Codec codec, int initialBytes, int maxBytes) {
        this.target = new ByteBufferOutputStream(ByteBuffer.allocate(Math.max(initialBytes, BatchView.HEADER_BYTES)));
        this.maxBytes = maxBytes;
        target.position(BatchView.HEADER_BYTES);
        this.compressor = codec.compress(target);
    }

    void write(byte value) throws InvalidBatchException {
        scratch[0] = value;
        writeScratch(1);
    }

    void writeVarint(long value) throws InvalidBatchException {
        writeScratch(Varints.write(value, scratch, 0));
    }

    /** Does not move the buffer's position. */
    void write(ByteBuffer bytes) throws InvalidBatchException {
        write(bytes, bytes.position(), bytes.remaining());
    }

    /** Some bytes of a buffer, by absolute index. */
    void write(ByteBuffer bytes, int from, int count) throws InvalidBatchException {
        if (bytes.hasArray()) {
            write(bytes.array(), bytes.arrayOffset() + from, count);
            return;
        }
        for (int done = 0; done < count; done += SCRATCH_BYTES) {
            int part = Math.min(SCRATCH_BYTES, count - done);
            bytes.get(from + done, scratch, 0, part);
            writeScratch(part);
        }
    }

    /** The whole batch, its header still empty; position 0. */
    ByteBuffer finish() throws InvalidBatchException {
        try {
            compressor.close();
        } catch (IOException | RuntimeException e) {
            throw InvalidBatchException.invalid("The batch cannot be compressed: " + e);
        }
        refuseTooLarge();
        return target.buffer().flip();
    }

    /** Lets go of a compressor that was not finished. */
    @Override
    public void close() {
        try {
            compressor.close();
        } catch (IOException | RuntimeException e) {
            // What was written is dropped anyway.
        }
    }

    private void writeScratch(int count) throws InvalidBatchException {
        write(scratch, 0, count);
    }

    private void write(byte[] bytes, int from, int count) throws InvalidBatchException {
        for (int done = 0; done < count; done += PART_BYTES) {
            int part = Math.min(PART_BYTES, count - done);
            // By itself the stream would grow by a tenth each time.
            if (target.remaining() < part) target.ensureRemaining(Math.max(part, growth()));
            try {
                compressor.write(bytes, from + done, part);
            } catch (IOException | RuntimeException e) {
                throw InvalidBatchException.invalid("The batch cannot be compressed: " + e);
            }
            refuseTooLarge();
        }
    }

    private int growth() {
        return Math.min(target.position(), Math.max(0, maxBytes - target.position()));
    }

    private void refuseTooLarge() throws InvalidBatchException {
        if (target.position() > maxBytes) {
            throw InvalidBatchException.tooLarge("The batch comes to more than " + maxBytes
                    + " bytes in the codec that it is stored with (max.message.bytes)");
        }
    }
}
