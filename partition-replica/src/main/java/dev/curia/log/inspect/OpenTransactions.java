package dev.curia.log.inspect;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/** The transactions that are open at a place in the log, as far as its records tell. Not thread-safe. */
final class OpenTransactions {
    /** With more open at once no more is known of any. */
    private static final int MOST = 100_000;

    private final Map<Long, Long> firstOffsets = new HashMap<>();
    private final TreeSet<Long> byOffset = new TreeSet<>();
    private long since = Long.MAX_VALUE;

    /** Records were missed: what is open is not known, but for what begins at {@code offset} or later. */
    void restart(long offset) {
        since = offset;
        firstOffsets.clear();
        byOffset.clear();
    }

    /** A transaction that is open, or was, and began at this offset or later is known; of others nothing is. */
    long since() {
        return since;
    }

    void data(long producerId, long baseOffset) {
        if (firstOffsets.putIfAbsent(producerId, baseOffset) == null) byOffset.add(baseOffset);
        if (firstOffsets.size() > MOST) restart(baseOffset + 1);
    }

    /** A transaction ends: where it began; empty when none is known of this producer. */
    OptionalLong end(long producerId) {
        Long first = firstOffsets.remove(producerId);
        if (first == null) return OptionalLong.empty();
        byOffset.remove(first);
        return OptionalLong.of(first);
    }

    /** Where the first of the open ones began. */
    OptionalLong earliest() {
        return byOffset.isEmpty() ? OptionalLong.empty() : OptionalLong.of(byOffset.first());
    }

    OptionalLong firstOffset(long producerId) {
        Long first = firstOffsets.get(producerId);
        return first == null ? OptionalLong.empty() : OptionalLong.of(first);
    }
}
