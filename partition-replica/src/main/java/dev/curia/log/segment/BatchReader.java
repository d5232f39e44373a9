package dev.curia.log.segment;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the batches of a file from a batch boundary on, reading chunk by chunk. Bounded by what the file holds: a hostile length ends the
 * walk with a {@link #defect}. Not thread-safe.
 */
public final class BatchReader {
    private static final byte MAGIC = 2;

    private final LogFile file;
    private final long limit;
    private final BatchView view = new BatchView();
    private ByteBuffer buffer;
    private long bufferStart;
    private long position;
    private int size;
    private @Nullable String defect;

    /**
     * @param limit where the last batch ends, in bytes
     * @param chunkBytes how much to read at once; more when one batch is larger
     */
    public BatchReader(LogFile file, long position, long limit, int chunkBytes) {
        this.file = file;
        this.position = position;
        this.limit = limit;
        this.buffer = ByteBuffer.allocate(Math.max(chunkBytes, BatchView.HEADER_BYTES))
                .limit(0);
        this.bufferStart = position;
    }

    /**
     * Moves on to the next batch.
     *
     * @param whole whether its records are wanted too, not just the header
     * @return false at the end, or where no batch can be: see {@link #defect}
     */
    public boolean next(boolean whole) throws IOException {
        if (defect != null) return false;
        position += size;
        size = 0;
        long left = limit - position;
        if (left <= 0) return false;
        if (left < BatchView.HEADER_BYTES) return stop(left + " bytes are left, too few for a batch");
        if (!fill(BatchView.HEADER_BYTES)) return stop("the file ends inside a batch header");
        view.at(buffer, (int) (position - bufferStart));
        int claimed = view.sizeInBytes();
        if (view.magic() != MAGIC) return stop("format version " + view.magic() + ", expected 2");
        if (claimed < BatchView.HEADER_BYTES || claimed > left) {
            return stop("a batch claims " + claimed + " bytes, expected " + BatchView.HEADER_BYTES + " to " + left);
        }
        size = claimed;
        return !whole || loadWhole();
    }

    /** Makes the present batch's records available too; false when the file ends before. */
    public boolean loadWhole() throws IOException {
        if (!fill(size)) return stop("the file ends inside a batch of " + size + " bytes");
        view.at(buffer, (int) (position - bufferStart));
        return true;
    }

    /** The present batch; valid until the next call of {@link #next}. */
    public BatchView batch() {
        return view;
    }

    /** Where the present batch begins, or where the walk ended. */
    public long position() {
        return position;
    }

    /** Why there is no further batch although bytes are left; null: the end was reached. */
    public @Nullable String defect() {
        return defect;
    }

    private boolean stop(String why) {
        defect = why;
        return false;
    }

    /** Makes {@code bytes} from {@link #position} on available in the buffer. */
    private boolean fill(int bytes) throws IOException {
        long offset = position - bufferStart;
        if (offset >= 0 && offset + bytes <= buffer.limit()) return true;
        if (bytes > buffer.capacity()) {
            // A hostile length costs nothing, should the limit be behind the file's end.
            if (bytes > file.size() - position) return false;
            buffer = ByteBuffer.allocate(bytes);
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - position));
        int read = file.read(buffer, position);
        buffer.flip();
        bufferStart = position;
        return read >= bytes;
    }
}
