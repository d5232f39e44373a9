package dev.curia.log.epoch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which leader epoch wrote which offsets of a log. Immutable, so that any thread may ask. Source: KIP-101, KIP-279.
 *
 * <p>Invariant: epochs and start offsets both rise strictly; an epoch ends where the next one begins, the last at the log's end.
 */
public final class EpochHistory {
    public static final EpochHistory EMPTY = new EpochHistory(new Entry[0]);

    /** No epoch, or no offset, is known. */
    public static final int UNDEFINED = -1;

    private final Entry[] entries;

    private EpochHistory(Entry[] entries) {
        this.entries = entries;
    }

    /** @param startOffset of the first record the epoch's leader wrote */
    public record Entry(int epoch, long startOffset) {}

    /** An epoch and the offset, exclusive, where it ends; both {@link #UNDEFINED} when there is no answer. */
    public record EpochEnd(int epoch, long endOffset) {}

    /** In any order; later entries win over earlier ones that they contradict. */
    public static EpochHistory of(List<Entry> entries) {
        EpochHistory history = EMPTY;
        for (Entry entry : entries) history = history.assign(entry.epoch(), entry.startOffset());
        return history;
    }

    /**
     * Notes that {@code epoch} writes at {@code startOffset}; this same object when that is known. Entries which contradict it, being of a later
     * epoch or of an offset that is not before, are dropped: they stem from a log that was truncated, or from a leader that wrote nothing.
     * Where an epoch began before them stays known.
     */
    public EpochHistory assign(int epoch, long startOffset) {
        if (epoch < 0) return this;
        int last = entries.length - 1;
        if (last >= 0 && entries[last].epoch == epoch && entries[last].startOffset <= startOffset) return this;
        int keep = entries.length;
        while (keep > 0 && (entries[keep - 1].epoch > epoch || entries[keep - 1].startOffset >= startOffset)) keep--;
        if (keep > 0 && entries[keep - 1].epoch == epoch) return new EpochHistory(Arrays.copyOf(entries, keep));
        Entry[] next = Arrays.copyOf(entries, keep + 1);
        next[keep] = new Entry(epoch, startOffset);
        return new EpochHistory(next);
    }

    /** After the log was cut so that it ends at {@code endOffset}. */
    public EpochHistory truncateFromEnd(long endOffset) {
        int keep = entries.length;
        while (keep > 0 && entries[keep - 1].startOffset >= endOffset) keep--;
        return keep == entries.length ? this : new EpochHistory(Arrays.copyOf(entries, keep));
    }

    /** After the log was made to start at {@code startOffset}: the epoch that wrote it starts there now. */
    public EpochHistory truncateFromStart(long startOffset) {
        int first = 0;
        while (first + 1 < entries.length && entries[first + 1].startOffset <= startOffset) first++;
        if (entries.length == 0 || (first == 0 && entries[0].startOffset >= startOffset)) return this;
        Entry[] next = Arrays.copyOfRange(entries, first, entries.length);
        next[0] = new Entry(next[0].epoch, Math.max(next[0].startOffset, startOffset));
        return new EpochHistory(next);
    }

    /**
     * The largest epoch not above {@code epoch}, and where it ends.
     *
     * @param logEndOffset where the last epoch ends
     */
    public EpochEnd endOffsetFor(int epoch, long logEndOffset) {
        if (epoch < 0 || entries.length == 0) return new EpochEnd(UNDEFINED, UNDEFINED);
        int floor = floor(epoch);
        if (floor < 0) {
            // All that this log knows is newer: whatever the asker wrote in older epochs ends where this log's history
            // begins.
            return new EpochEnd(epoch, entries[0].startOffset);
        }
        long end = floor + 1 < entries.length ? entries[floor + 1].startOffset : logEndOffset;
        return new EpochEnd(entries[floor].epoch, end);
    }

    /** The epoch that wrote {@code offset}; empty before the first known one. */
    public OptionalInt epochAt(long offset) {
        for (int i = entries.length - 1; i >= 0; i--) {
            if (entries[i].startOffset <= offset) return OptionalInt.of(entries[i].epoch);
        }
        return OptionalInt.empty();
    }

    public OptionalInt lastEpoch() {
        return entries.length == 0 ? OptionalInt.empty() : OptionalInt.of(entries[entries.length - 1].epoch);
    }

    public List<Entry> entries() {
        return new ArrayList<>(Arrays.asList(entries));
    }

    /** Index of the last entry whose epoch is not above {@code epoch}; -1: none. */
    private int floor(int epoch) {
        int low = 0;
        int high = entries.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (entries[middle].epoch <= epoch) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpochHistory history && Arrays.equals(entries, history.entries);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(entries);
    }

    @Override
    public String toString() {
        return Arrays.toString(entries);
    }
}
