package dev.curia.log;

import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.NoSpaceException;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Cutting a log from its end. Owner thread. */
final class LogTruncation {
    private LogTruncation() {}

    /** {@code offset} is within the log. */
    static LogView truncate(LogView view, long offset) throws IOException {
        int last = view.indexOf(offset);
        List<Segment> kept = new ArrayList<>(view.segments().subList(0, last + 1));
        drop(view.segments().subList(last + 1, view.segments().size()));
        Segment active = kept.get(last);
        active.thaw();
        active.truncateTo(offset);
        // Else, when a segment follows that begins at the cut, what was cut could come back after a power loss, before
        // what counts as flushed.
        active.force();
        long end = active.nextOffset();
        EpochHistory epochs = view.epochs().truncateFromEnd(end);
        return new LogView(List.copyOf(kept), Math.min(view.logStartOffset(), end), end, active.size(), epochs);
    }

    /** An empty log whose next offset is {@code offset}. */
    static LogView startOver(LogView view, long offset, LogPlace place) throws IOException {
        drop(view.segments());
        try {
            Segment first = Segment.create(place.environment().segments(), place.directory(), offset, "", 0);
            return new LogView(List.of(first), offset, offset, 0, EpochHistory.EMPTY);
        } catch (NoSpaceException e) {
            throw new CorruptSegmentException(
                    place.directory(), 0, "it was emptied, and there is no room for a new segment");
        }
    }

    /** Takes the files of segments, which no view has any more, out of the log; answers how many bytes that are. */
    static long retire(List<Segment> segments, ProducerFiles snapshots) throws IOException {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.size();
            segment.markDeleted();
            segment.abandon();
            snapshots.delete(segment.baseOffset());
        }
        return bytes;
    }

    private static void drop(List<Segment> segments) throws IOException {
        // Newest first: whatever a crash leaves has no hole.
        for (int i = segments.size() - 1; i >= 0; i--) {
            Segment segment = segments.get(i);
            segment.markDeleted();
            segment.abandon();
            segment.removeFiles();
        }
    }
}
