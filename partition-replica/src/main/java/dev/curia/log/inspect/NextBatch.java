package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds where batches go on behind bytes that are none. Not thread-safe. */
final class NextBatch {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final byte MAGIC = 2;
    /** Of bytes made to look like headers, no more have their checksum computed: each may be as long as the file. */
    private static final int MOST_CANDIDATES = 1_000;

    private final LogFile file;
    private final long size;
    private final Checksum checksum;
    private int candidates;

    /** Whether the bytes there are those that the checksum among them was made of. */
    @FunctionalInterface
    interface Checksum {
        boolean matches(long position, int bytes) throws IOException;
    }

    NextBatch(LogFile file, long size, Checksum checksum) {
        this.file = file;
        this.size = size;
        this.checksum = checksum;
    }

    /** The first position behind this one at which a whole, undamaged batch begins; the file's end when there is none. */
    long after(long position) throws IOException {
        int room = (int) Math.max(BatchView.HEADER_BYTES, Math.min(CHUNK_BYTES, size - position));
        ByteBuffer chunk = ByteBuffer.allocate(room);
        BatchView view = new BatchView();
        long from = position + 1;
        while (size - from >= BatchView.HEADER_BYTES) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - from));
            int read = file.read(chunk, from);
            int last = read - BatchView.HEADER_BYTES;
            for (int at = 0; at <= last; at++) {
                if (!isHeader(view.at(chunk, at), size - from - at, -1)) continue;
                if (checksum.matches(from + at, view.sizeInBytes())) return from + at;
                if (++candidates == MOST_CANDIDATES) return size;
            }
            if (last < 0) return size;
            from += last + 1;
        }
        return size;
    }

    /** Whether this looks like the header of a batch that reaches above {@code offset} and ends within {@code left} bytes. */
    static boolean isHeader(BatchView view, long left, long offset) {
        return view.magic() == MAGIC
                && view.sizeInBytes() >= BatchView.HEADER_BYTES
                && view.sizeInBytes() <= left
                && view.lastOffsetDelta() >= 0
                && view.baseOffset() > offset
                && view.lastOffset() >= view.baseOffset();
    }
}
