package dev.curia.broker.kafka.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.stream.ChunkedInput;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A log slice on its way to a socket with TLS, which cannot take it from the file: read in chunks as the socket takes them, so that memory is
 * bounded. Fetches have waited until the slice is in the page cache, so reading does not wait for the disk. Loop-confined.
 */
final class SliceChunks implements ChunkedInput<ByteBuf> {
    private static final int CHUNK_BYTES = 64 << 10;

    private final SliceRegion region;
    private final FileChannel file;
    private long read;

    private SliceChunks(SliceRegion region) {
        this.region = region;
        this.file = region.file();
    }

    /** Sends every slice so. Belongs before Netty's handler of chunks. */
    static final class Sender extends ChannelOutboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise is the caller's
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ctx.write(message instanceof SliceRegion region ? new SliceChunks(region) : message, promise);
        }
    }

    @Override
    public boolean isEndOfInput() {
        return read == region.count();
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        int count = (int) Math.min(CHUNK_BYTES, region.count() - read);
        ByteBuf chunk = allocator.directBuffer(count);
        try {
            while (chunk.readableBytes() < count) {
                int more = chunk.writeBytes(
                        file, region.position() + read + chunk.readableBytes(), count - chunk.readableBytes());
                if (more < 0) throw new IOException("a segment ends inside a slice of it");
            }
            read += count;
            return chunk;
        } catch (IOException | RuntimeException e) {
            chunk.release();
            throw e;
        }
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // Netty's, not ours
    public ByteBuf readChunk(ChannelHandlerContext ctx) throws IOException {
        return readChunk(ctx.alloc());
    }

    @Override
    public long length() {
        return region.count();
    }

    @Override
    public long progress() {
        return read;
    }

    @Override
    public void close() {
        region.release();
    }
}
