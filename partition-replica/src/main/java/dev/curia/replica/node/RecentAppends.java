package dev.curia.replica.node;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a leader appended last, for its followers, as far as the {@link AppendRing} of its loop still has it. Thread-safe. */
final class RecentAppends {
    /** From one offset, inclusive, to another, exclusive. */
    private record Run(long from, long to, long at, int size) {}

    // Guards itself and the runs: the streams of followers may be on other threads than the partition.
    private final AppendRing ring;
    private List<Run> runs = new ArrayList<>(); // by their offsets
    private int first; // those before are overwritten

    RecentAppends(AppendRing ring) {
        this.ring = ring;
    }

    /** Whole batches as they are in the log, behind those added before. */
    void add(long from, long to, ByteBuffer batches) {
        synchronized (ring) {
            if (!ring.fits(batches.remaining())) return;
            runs.add(new Run(from, to, ring.add(batches), batches.remaining()));
            dropOverwritten();
        }
    }

    /** What was overwritten is forgotten, in case nothing is added for long. */
    void trim() {
        synchronized (ring) {
            dropOverwritten();
        }
    }

    private void dropOverwritten() {
        while (first < runs.size() && !ring.holds(runs.get(first).at())) first++;
        if (first == runs.size()) {
            forget();
        } else if (first > runs.size() / 2) { // not each time: all others move
            runs.subList(0, first).clear();
            first = 0;
        }
    }

    private void forget() {
        if (!runs.isEmpty()) runs = new ArrayList<>(); // with its memory
        first = 0;
    }

    void clear() {
        synchronized (ring) {
            forget();
        }
    }

    /**
     * Copies what was appended from {@code from} on.
     *
     * @param end nothing at or behind it
     * @param target takes whole appends, as many as it has room for
     * @return false: nothing was, the log has to be read
     */
    boolean copy(long from, long end, ByteBuffer target) {
        long next = from;
        synchronized (ring) {
            dropOverwritten();
            for (int i = indexFrom(from); i < runs.size(); i++) {
                Run run = runs.get(i);
                if (run.from() > next || run.to() > end || run.size() > target.remaining()) break;
                ring.copy(run.at(), run.size(), target);
                next = run.to();
            }
        }
        return next > from;
    }

    /** Of the first run that begins there or later. */
    private int indexFrom(long offset) {
        int low = first;
        int high = runs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs.get(middle).from() < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
