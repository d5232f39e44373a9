package dev.curia.log.segment;

import dev.curia.log.io.LogFile;
import dev.curia.log.io.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A segment's records on disk, and what lies behind them: space that was reserved, and zeros. A write is filled up with them to the end of a
 * {@link #BLOCK}, since the page cache keeps the more in one piece the more is written at once, and from where such a piece may begin. A log that is
 * forced after every few records has more of them: records written over zeros change nothing that the file system keeps about the file, so that
 * forcing them needs no journal. Recovery takes zeros for the end ({@link ZeroTail}). Confined to the segment's writer, but for {@link #force}.
 */
final class RecordsFile {
    /** Shorter segments are not filled up: many small logs take no more than twice their size. */
    private static final int BLOCK = 64 << 10;

    /** Forces of more than that gain less than writing everything twice costs. */
    private static final int MOST_FORCED_BYTES = 64 << 10;

    /** As many zeros as the segment has bytes, within these bounds: many small logs take no more than twice their size. */
    private static final int LEAST_ZEROS = 16 << 10;

    private static final int MOST_ZEROS = 256 << 10;
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(MOST_ZEROS).asReadOnlyBuffer();

    private final SharedFile file;
    private int zerosEnd;

    // By the one who forces.
    private int forcedTo;
    private volatile int lastForcedBytes;

    RecordsFile(SharedFile file) {
        this.file = file;
    }

    /** Makes it, if need be, with so many bytes of disk space at least. */
    void create(int preallocateBytes) throws IOException {
        LogFile open = file.acquire();
        try {
            if (preallocateBytes > 0) open.preallocate(preallocateBytes);
        } finally {
            file.release();
        }
    }

    /**
     * At {@code end}, where the records end, with zeros behind it, but none from {@code limit} on. On a full disk nothing of it stays.
     *
     * @return how many zeros
     */
    int write(int end, ByteBuffer batches, int limit) throws IOException {
        int filled = filledEnd((long) end + batches.remaining(), limit);
        if (filled == 0) {
            write(end, batches);
            return 0;
        }
        int zeros = filled - end - batches.remaining();
        int start = batches.position();
        try {
            write(end, batches, ZEROS.duplicate().limit(zeros));
        } catch (NoSpaceException e) {
            write(end, batches.position(start)); // The last room is for records.
            return 0;
        }
        zerosEnd = filled;
        return zeros;
    }

    /** Where zeros behind the next write should end; 0: there are some, or there should be none. */
    private int filledEnd(long end, int limit) {
        if (end <= zerosEnd || end < BLOCK) return 0;
        long filled = (end + BLOCK - 1) / BLOCK * BLOCK;
        return filled > end && filled <= limit ? (int) filled : 0;
    }

    private void write(int end, ByteBuffer... sources) throws IOException {
        LogFile open = file.acquire();
        try {
            file.written();
            open.write(end, sources);
        } catch (NoSpaceException e) {
            cut(open, end); // Of what was written of it, whole batches would count as appended after a crash.
            throw e;
        } finally {
            file.release();
        }
    }

    /**
     * Zeros behind {@code end}, where the records end, when those written before are used up and the last force was a small one; none from
     * {@code limit} on, and none on a full disk.
     *
     * @return how many bytes
     */
    int writeZeros(int end, int limit) throws IOException {
        int bytes = Math.min(Math.min(Math.max(end, LEAST_ZEROS), MOST_ZEROS), limit - end);
        if (end <= zerosEnd || lastForcedBytes > MOST_FORCED_BYTES || bytes <= 0) return 0;
        LogFile open = file.acquire();
        try {
            file.written();
            open.write(end, ZEROS.duplicate().limit(bytes));
            zerosEnd = end + bytes;
            return bytes;
        } catch (NoSpaceException e) {
            cut(open, end); // The last room is for records.
            return 0;
        } finally {
            file.release();
        }
    }

    /** Takes away all from {@code end} on. Not durable. */
    void cut(int end) throws IOException {
        LogFile open = file.acquire();
        try {
            file.written();
            cut(open, end);
        } finally {
            file.release();
        }
    }

    private void cut(LogFile open, int end) throws IOException {
        open.truncate(end);
        zerosEnd = 0;
    }

    /** Puts the records before {@code end} on disk. Any thread, one at a time. */
    void force(int end) throws IOException {
        file.force();
        lastForcedBytes = end - forcedTo;
        forcedTo = end;
    }
}
