package dev.curia.log.inspect;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a transaction index one after the other, whatever they say. Not thread-safe. Source: KIP-98, Kafka's AbortedTxn, big endian:
 *
 * <pre>
 * int16 version = 0 | int64 producerId | int64 firstOffset | int64 lastOffset (of the marker) | int64 lastStableOffset
 * </pre>
 */
public final class AbortedTransactions implements AutoCloseable {
    static final int ENTRY_BYTES = 34;

    private final LogFile file;
    private final long size;
    private final ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
    private long position;

    AbortedTransactions(FileSystem files, Path path) throws IOException {
        this.file = files.openReadOnly(path);
        this.size = file.size();
    }

    /**
     * A transaction that was aborted.
     *
     * @param position of the entry, in bytes
     * @param lastOffset of the abort marker
     * @param lastStableOffset once it was aborted
     */
    public record Aborted(
            long position, short version, long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}

    long count() {
        return size / ENTRY_BYTES;
    }

    int trailingBytes() {
        return (int) (size % ENTRY_BYTES);
    }

    /** Null: the last whole entry has been returned. */
    @Nullable
    Aborted next() throws IOException {
        if (size - position < ENTRY_BYTES) return null;
        if (file.read(entry.clear(), position) < ENTRY_BYTES) {
            throw new IOException("the file became shorter while it was read");
        }
        entry.flip();
        long at = position;
        position += ENTRY_BYTES;
        return new Aborted(at, entry.getShort(), entry.getLong(), entry.getLong(), entry.getLong(), entry.getLong());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
