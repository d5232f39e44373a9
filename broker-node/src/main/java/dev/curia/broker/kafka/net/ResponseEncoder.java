package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.SliceRecords;
import dev.curia.log.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Writes one answer as a list of buffers and file regions, in order: length, header, body, with records spliced in, not copied, unless they are few. Used
 * once. Once a part is in the list the list owns what it points to.
 */
final class ResponseEncoder implements Writable {
    private static final int LENGTH_BYTES = 4;

    /**
     * An answer with no more records than that is one buffer: to copy them costs less than to send them by themselves, which wakes a reader that waits
     * once for the header and once for the records.
     */
    static final int MOST_COPIED_BYTES = 32 << 10;

    private final List<ReferenceCounted> parts = new ArrayList<>();
    private final ByteBuf buffer;
    private final boolean copies;

    private ResponseEncoder(ByteBuf buffer, boolean copies) {
        this.buffer = buffer;
        this.copies = copies;
    }

    /**
     * The caller releases every part. When this throws, the answer can't be encoded in that version, and whatever it held is released.
     */
    static List<ReferenceCounted> encode(
            ByteBufAllocator allocator, ResponseHeader header, short version, AbstractResponse response) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ApiMessage body = response.data();
        ResponseEncoder encoder = null;
        try {
            MessageSizeAccumulator size = new MessageSizeAccumulator();
            header.data().addSize(size, cache, header.headerVersion());
            body.addSize(size, cache, version);
            boolean copies = size.totalSize() - size.sizeExcludingZeroCopy() <= MOST_COPIED_BYTES;
            encoder = new ResponseEncoder(
                    allocator.directBuffer(LENGTH_BYTES + (copies ? size.totalSize() : size.sizeExcludingZeroCopy())),
                    copies);
            encoder.writeInt(size.totalSize());
            header.data().write(encoder, cache, header.headerVersion());
            body.write(encoder, cache, version);
            return encoder.finish(LENGTH_BYTES + (long) size.totalSize());
        } catch (RuntimeException e) {
            if (encoder != null) encoder.release();
            SliceRecords.release(response);
            throw e;
        }
    }

    private List<ReferenceCounted> finish(long expectedBytes) {
        cut();
        long bytes = 0;
        for (ReferenceCounted part : parts) bytes += sizeOf(part);
        if (bytes != expectedBytes) {
            throw new IllegalStateException("an answer of " + expectedBytes + " bytes was encoded in " + bytes);
        }
        buffer.release();
        return parts;
    }

    static long sizeOf(ReferenceCounted part) {
        return part instanceof ByteBuf bytes ? bytes.readableBytes() : ((SliceRegion) part).count();
    }

    private void release() {
        parts.forEach(ReferenceCountUtil::release);
        buffer.release();
    }

    /** What was written since the last cut becomes a part. */
    private void cut() {
        if (buffer.isReadable()) parts.add(buffer.readRetainedSlice(buffer.readableBytes()));
    }

    @Override
    public void writeRecords(BaseRecords records) {
        if (records.sizeInBytes() == 0) {
            if (records instanceof SliceRecords slice) slice.close();
            return;
        }
        if (!copies) cut();
        if (!(records instanceof SliceRecords slice)) {
            ByteBuffer bytes = ((MemoryRecords) records).buffer();
            if (copies) buffer.writeBytes(bytes);
            else parts.add(Unpooled.wrappedBuffer(bytes));
        } else if (copies) {
            copy(slice);
        } else {
            parts.add(new SliceRegion(slice));
        }
    }

    /** From the page cache, where it is sent from otherwise, too. */
    private void copy(SliceRecords records) {
        LogSlice slice = records.slice();
        try {
            for (int done = 0; done < slice.size(); ) {
                int more = buffer.writeBytes(slice.channel(), slice.position() + done, slice.size() - done);
                if (more < 0) throw new EOFException("a segment ends inside a slice of it");
                done += more;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        records.close();
    }

    @Override
    public void writeByte(byte value) {
        buffer.writeByte(value);
    }

    @Override
    public void writeShort(short value) {
        buffer.writeShort(value);
    }

    @Override
    public void writeInt(int value) {
        buffer.writeInt(value);
    }

    @Override
    public void writeLong(long value) {
        buffer.writeLong(value);
    }

    @Override
    public void writeDouble(double value) {
        buffer.writeDouble(value);
    }

    @Override
    public void writeByteArray(byte[] bytes) {
        buffer.writeBytes(bytes);
    }

    @Override
    public void writeByteBuffer(ByteBuffer bytes) {
        buffer.writeBytes(bytes.duplicate());
    }

    @Override
    public void writeUnsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            buffer.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        buffer.writeByte(rest);
    }

    @Override
    public void writeVarint(int value) {
        writeUnsignedVarint((value << 1) ^ (value >> 31));
    }

    @Override
    public void writeVarlong(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            buffer.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        buffer.writeByte((int) rest);
    }
}
