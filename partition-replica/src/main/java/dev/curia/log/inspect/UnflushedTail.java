package dev.curia.log.inspect;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The end of a log that the next start cuts off: what was never flushed and is not whole, with all that lies behind it. Not thread-safe. */
final class UnflushedTail {
    private @Nullable Path file;
    private long position;
    private long offset;
    private String why = "";
    private long bytes;
    private long batches;

    boolean begun() {
        return file != null;
    }

    void begin(SegmentScan scan, long at, String what) {
        file = scan.path();
        position = scan.position();
        offset = at;
        why = what;
        bytes = scan.bytes();
    }

    /** What lies behind its beginning. */
    void add(SegmentScan scan) {
        bytes += scan.bytes();
        if (scan.isBatch() && scan.crcOk()) batches++;
    }

    long bytes() {
        return bytes;
    }

    void report(Findings findings) {
        if (file == null) return;
        String lost = batches == 0 ? "" : ", among them " + batches + " undamaged batches,";
        findings.add(new Finding(
                Severity.REPAIR,
                "unflushed-tail",
                file,
                position,
                offset,
                "The log's end was not flushed when its broker stopped, and is not whole: " + why + ". " + bytes
                        + " bytes from here on" + lost + " are cut at the next start.",
                "Nothing to do: as a follower the replica fetches what it lacks. Copy the directory first if this is the"
                        + " only replica."));
    }
}
