package dev.curia.log.producer;

/**
 * A transaction that was aborted, as the transaction index holds it. Offsets are those of one partition. Immutable. Source: KIP-98.
 *
 * @param firstOffset of its first batch
 * @param lastOffset of its abort marker
 * @param lastStableOffset when the marker was written: transactions that end later begin there or behind it
 */
public record AbortedTxn(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {
    /** Whether a reader of {@code [from, to)} meets records of it, or might. */
    public boolean overlaps(long from, long to) {
        return lastOffset >= from && firstOffset < to;
    }
}
