package dev.curia.admin.perf;

/**
 * When each of many records is due. With a rate the load is open: a record is due at its time whatever became of those before it, and its
 * latency counts from then, so that a stall is felt by all that it delays and not only by the one that was under way (no coordinated
 * omission). Without a rate the load is closed: a record is due when there is room for it. Immutable.
 *
 * @param perSecond 0: no rate
 */
public record Pace(double perSecond, long startNanos) {
    private static final double SECOND = 1e9;

    public boolean isOpen() {
        return perSecond > 0;
    }

    /** In monotonic nanoseconds, of the record of this number, from 0 on; without a rate it is {@code nowNanos}. */
    public long dueNanos(long number, long nowNanos) {
        return isOpen() ? startNanos + (long) (number * (SECOND / perSecond)) : nowNanos;
    }
}
