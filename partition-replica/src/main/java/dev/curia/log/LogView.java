package dev.curia.log;

import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.segment.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A log at one moment, for readers on any thread. Immutable, apart from the segments, of which it fixes the end.
 *
 * @param segments by base offset, never empty; the last takes the appends
 * @param activeSize the end of the last segment at this moment, in bytes
 */
record LogView(List<Segment> segments, long logStartOffset, long logEndOffset, int activeSize, EpochHistory epochs) {
    // 0 <= logStartOffset <= logEndOffset; segments.get(0).baseOffset() <= logStartOffset

    Segment active() {
        return segments.get(segments.size() - 1);
    }

    /** The segment that holds {@code offset}, or would; empty before the first. */
    Optional<Segment> segmentOf(long offset) {
        int index = indexOf(offset);
        return index < 0 ? Optional.empty() : Optional.of(segments.get(index));
    }

    int indexOf(long offset) {
        int low = 0;
        int high = segments.size() - 1;
        if (segments.get(high).baseOffset() <= offset) return high;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).baseOffset() <= offset) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }

    /** Where consecutive segments begin, of which none takes appends; -1: they are not among {@code all}. */
    static int indexOf(List<Segment> some, List<Segment> all) {
        int first = all.indexOf(some.get(0));
        int end = first + some.size();
        return first >= 0 && end < all.size() && all.subList(first, end).equals(some) ? first : -1;
    }

    /** Empty: {@code old} is not in this view any more, or takes appends. */
    Optional<LogView> withReplaced(List<Segment> old, Segment replacement) {
        int first = indexOf(old, segments);
        if (first < 0) return Optional.empty();
        List<Segment> changed = new ArrayList<>(segments);
        changed.subList(first, first + old.size()).clear();
        changed.add(first, replacement);
        return Optional.of(withSegments(List.copyOf(changed)));
    }

    /** Where a segment ends at this moment, in bytes. */
    int endOf(Segment segment) {
        return segment == active() ? activeSize : segment.size();
    }

    long sizeInBytes() {
        long bytes = 0;
        for (Segment segment : segments) bytes += endOf(segment);
        return bytes;
    }

    /** Whether both hold the same records in the same files. An epoch that has written nothing yet makes no difference. */
    boolean holdsTheSame(LogView other) {
        LogView that = other.withEpochs(other.epochs.truncateFromEnd(other.logEndOffset));
        return withEpochs(epochs.truncateFromEnd(logEndOffset)).equals(that);
    }

    /** The active one among them, still. */
    LogView withSegments(List<Segment> others) {
        return new LogView(List.copyOf(others), logStartOffset, logEndOffset, activeSize, epochs);
    }

    LogView withStart(long offset, EpochHistory history) {
        return new LogView(segments, offset, logEndOffset, activeSize, history);
    }

    LogView withEpochs(EpochHistory history) {
        return new LogView(segments, logStartOffset, logEndOffset, activeSize, history);
    }
}
