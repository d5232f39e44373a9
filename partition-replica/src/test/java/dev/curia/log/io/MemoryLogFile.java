package dev.curia.log.io;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file that is only read. */
public final class MemoryLogFile implements LogFile {
    private ByteBuffer bytes;

    public MemoryLogFile(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        int count = (int) Math.max(0, Math.min(target.remaining(), bytes.limit() - position));
        target.put(bytes.slice((int) Math.min(position, bytes.limit()), count));
        return count;
    }

    @Override
    public long size() {
        return bytes.limit();
    }

    @Override
    public void write(long position, ByteBuffer... sources) {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public void preallocate(long size) {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public void truncate(long size) {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public void force() {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public FileChannel channel() {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public void close() {
        bytes = ByteBuffer.allocate(0);
    }
}
