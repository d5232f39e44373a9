package dev.curia.log;

import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Look-ups of aborted transactions in a view of a log. Any thread. */
final class AbortedTransactions {
    private AbortedTransactions() {}

    /** Those that may have records in {@code [from, to)}. A later segment may hold the marker of one that began before. */
    static List<AbortedTxn> overlapping(LogView view, long from, long to) throws IOException {
        List<AbortedTxn> found = new ArrayList<>();
        if (from >= to) return found;
        for (int i = Math.max(0, view.indexOf(from)); i < view.segments().size(); i++) {
            Segment segment = view.segments().get(i);
            if (segment.aborted().collect(from, to, found)) break;
        }
        return found;
    }

    /** A slice up to the last stable offset, and the transactions aborted in it. */
    static LogRead read(LogView view, long offset, int maxBytes, boolean minOneBatch, long lastStableOffset)
            throws IOException {
        LogSlice slice = LogReader.slice(view, offset, maxBytes, minOneBatch, lastStableOffset);
        try {
            // Exact, so that a reader far behind is not told of all that was aborted since.
            long end = slice instanceof FileSlice records
                    ? Math.min(lastStableOffset, records.offsetBehind(view, lastStableOffset))
                    : offset;
            return LogRead.of(slice, overlapping(view, offset, end));
        } catch (IOException | RuntimeException e) {
            slice.close();
            throw e;
        }
    }
}
