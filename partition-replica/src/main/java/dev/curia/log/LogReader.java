package dev.curia.log;

import dev.curia.log.batch.RecordDecoder.RecordTime;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.Optional;

/** Look-ups in a view of a log. Any thread. */
final class LogReader {
    private LogReader() {}

    /** {@code view.logStartOffset() <= offset <= view.logEndOffset()}. */
    static LogSlice slice(LogView view, long offset, int maxBytes, boolean minOneBatch, long endBound)
            throws IOException {
        long bound = Math.min(endBound, view.logEndOffset());
        if (offset >= bound) return FileSlice.EMPTY;
        for (int i = Math.max(0, view.indexOf(offset)); i < view.segments().size(); i++) {
            Segment segment = view.segments().get(i);
            if (segment.baseOffset() >= bound) break;
            int limit = endBefore(view, segment, bound);
            int position = segment.baseOffset() >= offset ? 0 : segment.positionOf(offset, limit);
            if (position < 0 || limit == 0) continue; // Compaction or truncation left a hole: the next segment has it.
            int end = segment.endOfRun(position, Math.max(0, maxBytes), minOneBatch, limit);
            return end == position ? FileSlice.EMPTY : FileSlice.of(segment, position, end - position);
        }
        return FileSlice.EMPTY;
    }

    static Optional<TimestampOffset> firstAtOrAfter(LogView view, long timestamp, long endBound) throws IOException {
        for (Segment segment : view.segments()) {
            if (segment.maxTimestamp() < timestamp) continue;
            Optional<RecordTime> found =
                    segment.firstRecordAtOrAfter(timestamp, view.logStartOffset(), view.endOf(segment));
            if (found.isPresent())
                return found.filter(r -> r.offset() < endBound).map(r -> toAnswer(view, r));
        }
        return Optional.empty();
    }

    static Optional<TimestampOffset> newest(LogView view, long endBound) throws IOException {
        Segment best = null;
        for (Segment segment : view.segments()) {
            if (best == null || segment.maxTimestamp() > best.maxTimestamp()) best = segment;
        }
        if (best == null) return Optional.empty();
        return best.recordOfMaxTimestamp(view.endOf(best))
                .filter(r -> r.offset() < endBound)
                .map(r -> toAnswer(view, r));
    }

    private static int endBefore(LogView view, Segment segment, long bound) throws IOException {
        int end = view.endOf(segment);
        if (bound >= view.logEndOffset()) return end;
        int next = view.segments().indexOf(segment) + 1;
        if (next < view.segments().size() && view.segments().get(next).baseOffset() <= bound) return end;
        int position = segment.positionOf(bound, end);
        return position < 0 ? end : position;
    }

    private static TimestampOffset toAnswer(LogView view, RecordTime record) {
        return new TimestampOffset(
                record.offset(),
                record.timestamp(),
                view.epochs().epochAt(record.offset()).orElse(-1));
    }
}
