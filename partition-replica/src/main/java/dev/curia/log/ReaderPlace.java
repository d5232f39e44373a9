package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.segment.Segment;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How far a reader is from both ends of a log. Immutable.
 *
 * @param logStartOffset the first record that is kept
 * @param endOffset of the next record that readers will get
 * @param oldestUnreadMs the time of the first record that it has not read; of a batch that it is in the middle of, the time of the batch's first
 *     record. -1: there is none
 * @param retentionLeftMs until retention may drop that record, at the earliest: by its segment's newest record, or, where the size is bounded, at
 *     the rate at which the log has grown since. 0: it may go at any moment, or records have gone unread; {@link #NEVER}: it stays, or all is read
 */
public record ReaderPlace(long logStartOffset, long endOffset, long oldestUnreadMs, long retentionLeftMs) {
    public static final long NEVER = Long.MAX_VALUE;

    /** One look into an index, and 61 bytes of a segment; nothing for a reader that has read all. */
    static ReaderPlace of(LogView view, LogConfig config, long offset, long highWatermark, long nowMs)
            throws IOException {
        long start = view.logStartOffset();
        long end = Math.min(highWatermark, view.logEndOffset());
        long from = Math.max(offset, start);
        if (from >= end) return new ReaderPlace(start, end, BatchView.NONE, NEVER);
        long oldest = timeAt(view, from);
        long left = offset < start ? 0 : retentionLeft(view, config, from, oldest, nowMs);
        return new ReaderPlace(start, end, oldest, left);
    }

    private static long timeAt(LogView view, long offset) throws IOException {
        try (LogSlice batch = LogReader.slice(view, offset, 1, true, view.logEndOffset())) {
            if (batch.size() < BatchView.HEADER_BYTES) return BatchView.NONE;
            ByteBuffer header = ByteBuffer.allocate(BatchView.HEADER_BYTES);
            while (header.hasRemaining()) {
                if (batch.channel().read(header, batch.position() + header.position()) < 0)
                    throw new EOFException("segment ends inside a batch header at " + batch.position());
            }
            BatchView found = new BatchView().at(header.flip(), 0);
            return found.isLogAppendTime() ? found.maxTimestamp() : found.baseTimestamp();
        }
    }

    private static long retentionLeft(LogView view, LogConfig config, long from, long oldest, long nowMs)
            throws IOException {
        if (!config.deleting()) return NEVER;
        int index = Math.max(0, view.indexOf(from));
        Segment segment = view.segments().get(index);
        long left = NEVER;
        if (config.retentionMs() >= 0) {
            long newest = segment.maxTimestamp();
            if (newest == BatchView.NONE) newest = segment.lastModifiedMillis();
            long age = Math.max(0, nowMs - newest);
            left = Math.max(0, config.retentionMs() - age);
        }
        if (config.retentionBytes() < 0) return left;
        long behind = 0;
        for (int i = index + 1; i < view.segments().size(); i++)
            behind += view.endOf(view.segments().get(i));
        long room = config.retentionBytes() - behind;
        if (room <= 0) return 0;
        long grownFor = nowMs - oldest;
        long grown = behind + view.endOf(segment);
        if (oldest < 0 || grownFor <= 0 || grown == 0) return left;
        return Math.min(left, (long) ((double) room * grownFor / grown));
    }
}
