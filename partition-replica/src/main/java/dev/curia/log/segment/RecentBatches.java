package dev.curia.log.segment;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Where the batches begin that were appended last, so that whoever reads at the end of a log need not look for them in its file. One writer, any
 * number of readers.
 */
final class RecentBatches {
    static final int KEPT = 16;
    private static final long NONE = -1;

    // A batch's offset in the upper half, relative to the segment's, and its position in the lower: both are seen
    // together.
    private final AtomicLongArray batches = new AtomicLongArray(KEPT);
    private int next; // writer only

    private RecentBatches() {
        for (int i = 0; i < KEPT; i++) batches.setPlain(i, NONE);
    }

    /** @param before null: there are none */
    static RecentBatches with(@Nullable RecentBatches before, long relativeOffset, int position) {
        RecentBatches all = before == null ? new RecentBatches() : before;
        all.add(relativeOffset, position);
        return all;
    }

    private void add(long relativeOffset, int position) {
        batches.setRelease(next, relativeOffset << Integer.SIZE | position);
        next = (next + 1) % KEPT;
    }

    /** Of the batch that begins with this offset; -1: it is not known here. */
    int positionOf(long relativeOffset) {
        for (int i = 0; i < KEPT; i++) {
            long batch = batches.getAcquire(i);
            if (batch >> Integer.SIZE == relativeOffset) return (int) batch;
        }
        return -1;
    }
}
