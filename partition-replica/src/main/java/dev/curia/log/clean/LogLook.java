package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.clean.CleanableLog.Contents;
import dev.curia.log.clean.Dirtiness.Part;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.BatchReader;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks how dirty one log is, again and again; remembers what it had to read from disk for it. One thread at a time. */
final class LogLook {
    private Map<Segment, Long> firstTimestamps = new HashMap<>();

    Dirtiness at(Contents contents, long cleanedTo, long nowMillis) throws IOException {
        CompactionPolicy policy = contents.policy();
        Map<Segment, Long> stillThere = new HashMap<>();
        List<Part> parts = new ArrayList<>(contents.segments().size());
        for (int i = 0; i < contents.segments().size(); i++) {
            Segment segment = contents.segments().get(i);
            boolean last = i + 1 == contents.segments().size();
            long end = last
                    ? contents.segmentsEnd()
                    : contents.segments().get(i + 1).baseOffset();
            long first = BatchView.NONE;
            long newest = BatchView.NONE;
            if (policy.maxLagMs() < Long.MAX_VALUE) {
                Long known = firstTimestamps.get(segment);
                first = known == null ? firstTimestamp(segment) : known;
                stillThere.put(segment, first);
            }
            if (policy.minLagMs() > 0 && end > cleanedTo) newest = newestTimestamp(segment);
            parts.add(new Part(segment.baseOffset(), end, segment.size(), first, newest));
        }
        firstTimestamps = stillThere;
        return Dirtiness.of(parts, policy, cleanedTo, contents.stableEnd(), nowMillis);
    }

    private static long firstTimestamp(Segment segment) throws IOException {
        LogFile file = segment.file().acquire();
        try {
            BatchReader batches = new BatchReader(file, 0, segment.size(), BatchView.HEADER_BYTES);
            return batches.next(false) ? batches.batch().maxTimestamp() : BatchView.NONE;
        } finally {
            segment.file().release();
        }
    }

    /** Records without a time are as old as the file says. */
    private static long newestTimestamp(Segment segment) throws IOException {
        long newest = segment.maxTimestamp();
        return newest == BatchView.NONE ? segment.lastModifiedMillis() : newest;
    }
}
