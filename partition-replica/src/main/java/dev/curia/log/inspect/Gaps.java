package dev.curia.log.inspect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Offsets that are missing in a log. Compaction leaves many such gaps and tells of itself in other ways too; a lost or shortened segment
 * leaves one. Not thread-safe.
 */
final class Gaps {
    private static final int MOST_LOSSES = 8;

    private final List<Finding> first = new ArrayList<>();
    private boolean compacted;
    private long count;

    /** @param compacted whether gaps are known to be of no importance */
    Gaps(boolean compacted) {
        this.compacted = compacted;
    }

    /** A batch that holds fewer records than offsets: only compaction leaves those. */
    void partialBatch() {
        compacted = true;
    }

    boolean isCompacted() {
        return compacted;
    }

    long count() {
        return count;
    }

    /** @param flushed whether what was there had been on disk */
    void found(Path file, long position, long from, long to, boolean flushed) {
        count++;
        if (count > MOST_LOSSES) {
            compacted = true;
            return;
        }
        String range = to - 1 == from ? "Offset " + from + " is" : "Offsets " + from + " to " + (to - 1) + " are";
        String message =
                range + " missing. Compaction leaves such gaps, but nothing else tells of compaction here: if the"
                        + " topic is not compacted, records or a whole segment file were lost.";
        String remedy = flushed
                ? "If the topic is compacted say so with --compacted; else " + Remedies.REBUILD
                : "These records were never flushed; the next start may cut off what lies behind them.";
        first.add(new Finding(
                flushed ? Severity.DAMAGE : Severity.REPAIR, "offset-gap", file, position, from, message, remedy));
    }

    void report(Findings findings) {
        if (!compacted) first.forEach(findings::add);
    }
}
