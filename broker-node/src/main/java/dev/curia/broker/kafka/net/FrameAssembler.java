package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.MalformedRequestException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into frames: a length of 4 bytes, then as many bytes. A frame that arrived in one read is a slice of it. One that did not
 * is copied together, or, if it is large, what is missing has a {@link #place} in it. Memory grows with the bytes received: by a length that was
 * only promised no further than the connection has already shown to mean it. Loop-confined.
 */
final class FrameAssembler {
    private static final int LENGTH_BYTES = 4;
    private static final int NO_LENGTH = -1;
    /** Of smaller frames a copy costs less than one more read. */
    private static final int LARGE = 64 << 10;
    /** After a large frame so much is read first, and of another one copied. */
    private static final int HEAD = 2 << 10;
    /** How much more than has come is believed to come. */
    private static final int TRUST = 4;
    /** Up to here, whoever has sent a frame of some length may send another. */
    private static final int KNOWN = 1 << 20;

    private final ByteBufAllocator allocator;
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>();
    private long received; // readable bytes in parts
    private int length = NO_LENGTH; // of the frame that comes next
    private int longest; // of the frames that came, KNOWN at most
    private int previous; // length of the newest frame that came
    private @Nullable ByteBuf whole; // the frame that comes next, as far as it came, when it is a large one
    private @Nullable ByteBuf place; // in it, that was handed out last
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

    /** Where the next bytes should be read to, for {@link #add}; the caller releases it if nothing is. Null: anywhere. */
    @Nullable
    ByteBuf place() {
        if (whole == null) return previous >= LARGE && parts.isEmpty() ? allocator.directBuffer(HEAD, HEAD) : null;
        if (!whole.isWritable()) return null;
        place = whole.retainedSlice(whole.writerIndex(), whole.writableBytes()).writerIndex(0);
        return place;
    }

    /** Takes ownership of {@code bytes}. */
    void add(ByteBuf bytes) {
        if (whole != null) fill(whole, bytes);
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

    @SuppressWarnings("ReferenceEquality") // the buffer that was handed out, whatever is in it
    private void fill(ByteBuf frame, ByteBuf bytes) {
        if (bytes == place) {
            frame.writerIndex(frame.writerIndex() + bytes.readableBytes());
            bytes.skipBytes(bytes.readableBytes());
        } else {
            frame.writeBytes(bytes, Math.min(bytes.readableBytes(), frame.writableBytes()));
        }
        place = null;
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
        ByteBuf frame = whole;
        if (frame == null) {
            if (received < length) {
                if (length >= LARGE && length <= Math.max(TRUST * received, longest)) whole = begin();
                return null;
            }
            frame = take(length);
        } else if (frame.isWritable()) {
            return null;
        }
        longest = Math.max(longest, Math.min(length, KNOWN));
        previous = length;
        length = NO_LENGTH;
        whole = null;
        return frame;
    }

    private ByteBuf begin() {
        ByteBuf begun = allocator.directBuffer(length, length);
        for (ByteBuf part : parts) begun.writeBytes(part);
        dropParts();
        return begun;
    }

    /** Drops what was received. */
    void release() {
        dropParts();
        if (whole != null) whole.release();
        whole = null;
        place = null;
    }

    private void dropParts() {
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
