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
        Optional<RecordTime> best = Optional.empty();
        for (Segment segment : view.segments()) {
            if (segment.baseOffset() >= endBound) break;
            if (best.isPresent() && segment.maxTimestamp() <= best.get().timestamp()) continue;
            Optional<RecordTime> found = newest(view, segment, endBound);
            boolean newer = found.isPresent()
                    && (best.isEmpty() || found.get().timestamp() > best.get().timestamp());
            if (newer) best = found;
        }
        return best.map(r -> toAnswer(view, r));
    }

    /** Of a segment's records that a reader may have. */
    private static Optional<RecordTime> newest(LogView view, Segment segment, long endBound) throws IOException {
        Optional<RecordTime> ofAll = segment.recordOfMaxTimestamp(view.endOf(segment));
        if (ofAll.isEmpty()) return ofAll;
        long offset = ofAll.get().offset();
        if (offset >= view.logStartOffset() && offset < endBound) return ofAll;
        // The newest is deleted, or not committed yet. Halving the span of times needs some look-ups, but no scan.
        int limit = endBefore(view, segment, endBound);
        Optional<RecordTime> best = Optional.empty();
        long low = -1;
        long high = ofAll.get().timestamp();
        while (low < high) {
            long middle = high - (high - low) / 2;
            Optional<RecordTime> found = segment.firstRecordAtOrAfter(middle, view.logStartOffset(), limit);
            if (found.isPresent()) {
                best = found;
                low = found.get().timestamp();
            } else {
                high = middle - 1;
            }
        }
        return best;
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
