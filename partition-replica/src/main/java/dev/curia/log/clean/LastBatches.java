package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import java.util.HashMap;
import java.util.Map;

/**
 * From which batches a log that is opened again would learn of its producers: the last of each, and, as long as that may still be cut off, the
 * last one that may not. One thread at a time.
 */
final class LastBatches {
    private final Map<Long, LastRecord> lastRecords;
    private final long stableEnd;
    // Of producers whose last batch may be cut off: the last one before, as far as it was seen.
    private final Map<Long, Long> lastStable = new HashMap<>();

    /** @param stableEnd what lies before it is never cut */
    LastBatches(Map<Long, LastRecord> lastRecords, long stableEnd) {
        this.lastRecords = lastRecords;
        this.stableEnd = stableEnd;
    }

    /** Passes a batch of the dirty part, in order. */
    void pass(BatchView batch) {
        if (batch.isControl() || batch.baseOffset() >= stableEnd || !batch.hasProducerId()) return;
        if (mayLoseLast(batch.producerId())) lastStable.put(batch.producerId(), batch.lastOffset());
    }

    /** Whether a batch from before {@link #stableEnd} is one of them. Asked after the dirty part was passed. */
    boolean has(BatchView batch) {
        if (!batch.hasProducerId()) return false;
        long producer = batch.producerId();
        LastRecord last = lastRecords.get(producer);
        if (last == null) return false;
        if (batch.isControl() || !mayLoseLast(producer)) return last.isIn(batch);
        // Without one in the dirty part it is among those that were cleaned before; which, the next cleaning will know.
        return batch.lastOffset() == lastStable.getOrDefault(producer, batch.lastOffset());
    }

    private boolean mayLoseLast(long producerId) {
        LastRecord last = lastRecords.get(producerId);
        return last != null && last.dataOffset() >= stableEnd;
    }
}
