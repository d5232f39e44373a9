package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.segment.Segment;
import java.io.IOException;

/**
 * Which segments of a log have served their time. They go from the oldest on, whole, in two steps: first the log's start moves past them, then,
 * when that is on disk, their files are dropped; so a crash between never leaves a hole behind an older segment.
 */
final class Retention {
    private Retention() {}

    /**
     * Where the log should start: past the oldest segments whose newest record is too old, or that the log is too large by. Only what is
     * committed goes. The log's end when all has to go, the active segment too.
     */
    static long start(LogView view, LogConfig config, long highWatermark, long nowMillis) throws IOException {
        long start = view.logStartOffset();
        if (!config.deleting()) return start;
        long left = 0;
        for (Segment segment : view.segments()) left += view.endOf(segment);
        for (int i = 0; i < view.segments().size(); i++) {
            Segment segment = view.segments().get(i);
            long end = endOffset(view, i);
            int bytes = view.endOf(segment);
            if (end > highWatermark || bytes == 0) break;
            boolean tooMuch = config.retentionBytes() >= 0 && left - bytes >= config.retentionBytes();
            if (end > start && !tooMuch && !expired(segment, config, nowMillis)) break;
            left -= bytes;
            start = Math.max(start, end);
        }
        return start;
    }

    /**
     * How many of the oldest segments lie before the log's start.
     *
     * @param durableStart the log's start as it is on disk
     * @param flushedTo a flush that is under way looks only for segments that reach behind it
     */
    static int droppable(LogView view, long durableStart, long flushedTo) {
        int count = 0;
        while (count < view.segments().size() - 1 && endOffset(view, count) <= Math.min(durableStart, flushedTo))
            count++;
        return count;
    }

    private static long endOffset(LogView view, int segment) {
        return segment + 1 < view.segments().size()
                ? view.segments().get(segment + 1).baseOffset()
                : view.logEndOffset();
    }

    /** Records without a time are as old as the file's last write. */
    private static boolean expired(Segment segment, LogConfig config, long nowMillis) throws IOException {
        if (config.retentionMs() < 0) return false;
        long newest = segment.maxTimestamp();
        if (newest == BatchView.NONE) newest = segment.lastModifiedMillis();
        return nowMillis - newest > config.retentionMs();
    }
}
