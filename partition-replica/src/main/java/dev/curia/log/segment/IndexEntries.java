package dev.curia.log.segment;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.SparseIndex.Entry;
import dev.curia.log.segment.SparseIndex.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The entries of an index file one after the other, whatever they say: for tools that show or check them. Not thread-safe. */
public final class IndexEntries implements AutoCloseable {
    private static final int ENTRIES_A_READ = 1024;

    private final LogFile file;
    private final Format format;
    private final long size;
    private final ByteBuffer buffer;
    private long position;

    public IndexEntries(FileSystem files, Path path, Format format) throws IOException {
        this.file = files.openReadOnly(path);
        this.format = format;
        this.size = file.size();
        this.buffer = ByteBuffer.allocate(ENTRIES_A_READ * format.entryBytes).limit(0);
    }

    /** Of whole entries. */
    public long count() {
        return size / format.entryBytes;
    }

    /** What is behind the last whole entry. */
    public int trailingBytes() {
        return (int) (size % format.entryBytes);
    }

    /** Where the entry begins that {@link #next} returned last, in bytes. */
    public long position() {
        return position - buffer.remaining() - format.entryBytes;
    }

    /** Null: the last whole entry has been returned. */
    public @Nullable Entry next() throws IOException {
        if (!buffer.hasRemaining()) {
            long left = size - size % format.entryBytes - position;
            buffer.clear().limit((int) Math.min(buffer.capacity(), left));
            int read = file.read(buffer, position);
            position += read;
            buffer.flip();
            if (!buffer.hasRemaining()) return null;
            if (read % format.entryBytes != 0) throw new IOException("the file became shorter while it was read");
        }
        int at = buffer.position();
        buffer.position(at + format.entryBytes);
        return new Entry(format.key(buffer, at), buffer.getInt(at + format.entryBytes - Integer.BYTES));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
