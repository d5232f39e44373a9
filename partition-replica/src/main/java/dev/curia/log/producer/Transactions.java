package dev.curia.log.producer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Which transactions of one log keep offsets unstable: those that are open, and those that have ended, but whose marker some in-sync replica may
 * not have yet. Not thread-safe.
 */
final class Transactions {
    // Where each open one begins.
    private final TreeSet<Long> open = new TreeSet<>();

    /**
     * Those that have ended and matter: rising by first offset and by marker. One that began behind a later one, and ended before it, never is the
     * first, so it is not kept.
     */
    private final Deque<Ended> ended = new ArrayDeque<>();

    private record Ended(long firstOffset, long markerOffset) {}

    void begin(long firstOffset) {
        open.add(firstOffset);
    }

    /** The transaction's marker is in the log. Answers where the first transaction begins that is open then; without any, what follows the marker. */
    long end(long firstOffset, long markerOffset) {
        open.remove(firstOffset);
        while (!ended.isEmpty() && ended.peekLast().firstOffset >= firstOffset) ended.removeLast();
        ended.addLast(new Ended(firstOffset, markerOffset));
        return open.isEmpty() ? markerOffset + 1 : open.first();
    }

    /** All of the transaction but a trace has been compacted away. */
    void forget(long firstOffset) {
        open.remove(firstOffset);
    }

    /** Where the first transaction begins that is open, or whose marker is at or behind {@code highWatermark}. The high watermark does not fall. */
    OptionalLong firstUnstableOffset(long highWatermark) {
        while (!ended.isEmpty() && ended.peekFirst().markerOffset < highWatermark) ended.removeFirst();
        if (open.isEmpty() && ended.isEmpty()) return OptionalLong.empty();
        long firstOpen = open.isEmpty() ? Long.MAX_VALUE : open.first();
        return OptionalLong.of(ended.isEmpty() ? firstOpen : Math.min(firstOpen, ended.peekFirst().firstOffset));
    }

    boolean anyEnded() {
        return !ended.isEmpty();
    }

    /** Forgets the open ones: the log is about to be read again, from further back. */
    void clearOpen() {
        open.clear();
    }

    /** The log was cut: nothing from {@code endOffset} on is in it any more. */
    void truncateEnded(long endOffset) {
        while (!ended.isEmpty() && ended.peekLast().markerOffset >= endOffset) ended.removeLast();
    }

    void clear() {
        open.clear();
        ended.clear();
    }
}
