package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.log.batch.RecordReader;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * Which record is the newest of its key in the dirty part of a log: built by a walk over that part, as far as the {@link OffsetMap} has room.
 * One thread at a time.
 *
 * <p>A batch that turns out not to be decodable may have put some of its keys into the map before. Since nobody can read its records, they hide
 * nothing: see {@link #hidesBehind}.
 */
final class NewestRecords {
    /** More such batches than any honest log has end the walk: their ranges are kept in memory. */
    private static final int MAX_UNDECODABLE = 10_000;

    private final OffsetMap offsets;
    private final long from;
    // Base offset to last offset.
    private final TreeMap<Long, Long> undecodable = new TreeMap<>();
    private long end;
    private boolean full;

    /** @param from the first dirty offset */
    NewestRecords(OffsetMap offsets, long from) {
        this.offsets = offsets;
        this.from = from;
        this.end = from;
    }

    /**
     * Takes in a batch of records that were not aborted; must not be called once {@link #isFull}.
     *
     * @param end records from this offset on are not looked at
     */
    void add(BatchView batch, RecordReader records, long end) {
        long next = Math.min(end, batch.lastOffset() + 1);
        try {
            records.open(batch);
            while (records.next()) { // To the last, also when there is no room: only then is it known to be decodable.
                long offset = records.offset();
                if (full || offset < from || offset >= end) continue;
                ByteBuffer key = records.key();
                if (key != null && !offsets.put(key, offset)) {
                    full = true;
                    next = offset;
                }
            }
        } catch (InvalidBatchException e) {
            undecodable.put(batch.baseOffset(), batch.lastOffset());
            full |= undecodable.size() >= MAX_UNDECODABLE;
        }
        reached(next);
    }

    /** There is nothing to look at before {@code offset} any more. */
    void reached(long offset) {
        end = Math.max(end, offset);
    }

    /** Whether the map had no room for a further key: what lies from {@link #end} on must wait for another cleaning. */
    boolean isFull() {
        return full;
    }

    /** The walk came to here. Behind {@code from} even when the map was full at once: it has room for one key. */
    long end() {
        return end;
    }

    /** Whether {@code key} has a newer record than that at {@code offset}. */
    boolean hidesBehind(ByteBuffer key, long offset) {
        long newest = offsets.get(key);
        if (newest <= offset) return false;
        if (undecodable.isEmpty()) return true;
        var range = undecodable.floorEntry(newest);
        return range == null || range.getValue() < newest;
    }

    long keys() {
        return offsets.size();
    }

    long bytes() {
        return offsets.bytes();
    }
}
