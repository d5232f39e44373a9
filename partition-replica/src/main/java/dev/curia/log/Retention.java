package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.List;

/**
 * Which segments of a log have served their time. Segments go from the oldest on, whole, and only what is committed and flushed: the high
 * watermark bounds what may be lost by it, and a flush that is under way never looks for them.
 */
final class Retention {
    private Retention() {}

    /**
     * How many of the oldest segments may go: those before the log's start and, where the topic deletes, those whose newest record is too old,
     * and those that the log is too large by. All of them: the log is empty afterwards, and the active segment must be rolled before.
     *
     * @param flushedTo everything before it is on disk
     */
    static int deletable(LogView view, LogConfig config, long highWatermark, long flushedTo, long nowMillis)
            throws IOException {
        List<Segment> segments = view.segments();
        long left = 0;
        for (Segment segment : segments) left += view.endOf(segment);
        int count = 0;
        for (Segment segment : segments) {
            boolean active = segment == view.active();
            long end = active ? view.logEndOffset() : segments.get(count + 1).baseOffset();
            int bytes = view.endOf(segment);
            if (end > Math.min(highWatermark, flushedTo) || (active && bytes == 0)) break;
            boolean beforeStart = !active && end <= view.logStartOffset();
            boolean tooMuch = config.retentionBytes() >= 0 && left - bytes >= config.retentionBytes();
            if (!beforeStart && !(config.deleting() && (tooMuch || expired(segment, config, nowMillis)))) break;
            left -= bytes;
            count++;
        }
        return count;
    }

    /** Records without a time are as old as the file's last write. */
    private static boolean expired(Segment segment, LogConfig config, long nowMillis) throws IOException {
        if (config.retentionMs() < 0) return false;
        long newest = segment.maxTimestamp();
        if (newest == BatchView.NONE) newest = segment.lastModifiedMillis();
        return nowMillis - newest > config.retentionMs();
    }
}
