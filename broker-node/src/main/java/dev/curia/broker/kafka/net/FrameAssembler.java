package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.MalformedRequestException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into frames: a length of 4 bytes, then as many bytes. Memory grows with the bytes received, never with a
 * length that was only promised. A frame that arrived in one read is a slice of it; any other is copied once. Loop-confined.
 */
final class FrameAssembler {
    private static final int LENGTH_BYTES = 4;
    private static final int NO_LENGTH = -1;

    private final ByteBufAllocator allocator;
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>();
    private long received; // readable bytes in parts
    private int length = NO_LENGTH; // of the frame that comes next
    private String limit = "socket.request.max.bytes";
    private int maxFrameBytes;

    FrameAssembler(ByteBufAllocator allocator, int maxFrameBytes) {
        this.allocator = allocator;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** From the next length on; {@code setting} is what sets it. */
    void limit(String setting, int bytes) {
        limit = setting;
        maxFrameBytes = bytes;
    }

    /** Takes ownership of {@code bytes}. */
    void add(ByteBuf bytes) {
        int count = bytes.readableBytes();
        received += count;
        ByteBuf last = parts.peekLast();
        if (last != null && last.writableBytes() >= count) {
            // A sender of tiny packets must not make each one hold a buffer. Frames cut from the part lie before its
            // write position.
            last.writeBytes(bytes);
            bytes.release();
        } else if (count > 0) {
            parts.addLast(bytes);
        } else {
            bytes.release();
        }
    }

    /**
     * The next whole frame, without its length; the caller releases it. Null: more bytes are needed.
     *
     * @throws MalformedRequestException when the length is negative or above the limit
     */
    @Nullable
    ByteBuf next() throws MalformedRequestException {
        if (length == NO_LENGTH) {
            if (received < LENGTH_BYTES) return null;
            length = checked(readLength());
        }
        if (received < length) return null;
        ByteBuf frame = take(length);
        length = NO_LENGTH;
        return frame;
    }

    /** Drops what was received. */
    void release() {
        parts.forEach(ByteBuf::release);
        parts.clear();
        received = 0;
    }

    private int readLength() {
        ByteBuf bytes = take(LENGTH_BYTES);
        try {
            return bytes.readInt();
        } finally {
            bytes.release();
        }
    }

    private int checked(int announced) throws MalformedRequestException {
        if (announced < 0) throw new MalformedRequestException("a request of negative length " + announced);
        if (announced > maxFrameBytes) {
            throw new MalformedRequestException(
                    "a request of " + announced + " bytes, but " + limit + " is " + maxFrameBytes);
        }
        return announced;
    }

    private ByteBuf take(int count) {
        received -= count;
        ByteBuf head = parts.peekFirst();
        if (head != null && head.readableBytes() >= count) {
            ByteBuf slice = head.readRetainedSlice(count);
            dropIfRead(head);
            return slice;
        }
        ByteBuf whole = allocator.directBuffer(count, count);
        while (whole.isWritable()) {
            ByteBuf part = parts.getFirst();
            whole.writeBytes(part, Math.min(part.readableBytes(), whole.writableBytes()));
            dropIfRead(part);
        }
        return whole;
    }

    private void dropIfRead(ByteBuf part) {
        if (part.isReadable()) return;
        parts.removeFirst();
        part.release();
    }
}
