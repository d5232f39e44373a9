package dev.curia.metadata.rocksdb;

import dev.curia.metadata.port.MetadataLog.Committed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The newest committed batches, for watchers that resume where they stopped. Bounded by count and by bytes; the oldest go first.
 * Thread-safe: one writer, many readers, who hold the lock for a copy of references only.
 */
public final class Changelog {
    private record Entry(Committed batch, int bytes) {}

    private final int maxBatches;
    private final long maxBytes;

    // Guarded by this.
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private long floor = -1; // every batch after this index is in entries

    public Changelog(int maxBatches, long maxBytes) {
        this.maxBatches = maxBatches;
        this.maxBytes = maxBytes;
    }

    /** Forgets everything: batches up to {@code newFloor} are known only as an image. */
    public synchronized void reset(long newFloor) {
        entries.clear();
        bytes = 0;
        floor = newFloor;
    }

    /**
     * Adds the next batch.
     *
     * @param batchBytes its serialized size
     * @return the indexes of the batches that had to go
     */
    public synchronized List<Long> add(Committed batch, int batchBytes) {
        entries.addLast(new Entry(batch, batchBytes));
        bytes += batchBytes;
        List<Long> evicted = new ArrayList<>();
        while (entries.size() > maxBatches || bytes > maxBytes) {
            Entry oldest = entries.removeFirst();
            bytes -= oldest.bytes;
            floor = oldest.batch.index();
            evicted.add(floor);
        }
        return evicted;
    }

    /** Batches after {@code index}, oldest first, at most {@code limit}; empty optional when some of them are gone. */
    public synchronized Optional<List<Committed>> after(long index, int limit) {
        if (index < floor) return Optional.empty();
        // Watchers ask for the tail, so walk from the new end back to it.
        ArrayDeque<Committed> found = new ArrayDeque<>();
        for (Iterator<Entry> it = entries.descendingIterator(); it.hasNext(); ) {
            Committed batch = it.next().batch;
            if (batch.index() <= index) break;
            found.addFirst(batch);
        }
        return Optional.of(found.stream().limit(limit).toList());
    }
}
