package dev.curia.replica.node;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What a leader appended last, for its followers, as far as the {@link AppendRing} of its loop still has it. Thread-safe. */
final class RecentAppends {
    /** From one offset, inclusive, to another, exclusive. */
    private record Run(long from, long to, long at, int size) {}

    // Guards itself and the runs: the streams of followers may be on other threads than the partition.
    private final AppendRing ring;
    private final NavigableMap<Long, Run> runs = new TreeMap<>(); // by their first offset

    RecentAppends(AppendRing ring) {
        this.ring = ring;
    }

    /** Whole batches as they are in the log, behind those added before. */
    void add(long from, long to, ByteBuffer batches) {
        synchronized (ring) {
            if (!ring.fits(batches.remaining())) return;
            runs.put(from, new Run(from, to, ring.add(batches), batches.remaining()));
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
        while (!runs.isEmpty() && !ring.holds(runs.firstEntry().getValue().at())) runs.pollFirstEntry();
    }

    void clear() {
        synchronized (ring) {
            runs.clear();
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
            for (Run run : runs.tailMap(from).values()) {
                if (run.from() > next || run.to() > end || run.size() > target.remaining()) break;
                ring.copy(run.at(), run.size(), target);
                next = run.to();
            }
        }
        return next > from;
    }
}
