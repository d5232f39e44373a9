package dev.curia.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A run of whole record batches inside one segment file: what a read returns, ready for sendfile. Holds the segment open until
 * closed, even if it is deleted meanwhile. Close exactly once, from any thread; an empty slice too.
 */
public interface LogSlice extends AutoCloseable {
    /** A slice of nothing. */
    static LogSlice empty() {
        return FileSlice.EMPTY;
    }

    /** The segment's file; read-only use. */
    FileChannel channel();

    /** Where the first batch begins in the file, in bytes. */
    long position();

    /** In bytes; 0 when there is nothing to read. */
    int size();

    /** Reads all of it into a new heap buffer. */
    default ByteBuffer toBuffer() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size());
        readInto(buffer);
        return buffer.flip();
    }

    /** Reads all of it into a buffer that has room for it. */
    default void readInto(ByteBuffer target) throws IOException {
        ByteBuffer all = target.slice(target.position(), size());
        while (all.hasRemaining()) {
            if (channel().read(all, position() + all.position()) < 0) {
                throw new IOException("segment ends inside a slice of " + size() + " bytes at " + position());
            }
        }
        target.position(target.position() + size());
    }

    @Override
    void close();
}
