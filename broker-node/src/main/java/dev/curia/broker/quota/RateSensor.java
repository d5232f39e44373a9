package dev.curia.broker.quota;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one holder of a quota has used, as one number: the instant at which all of that is paid for at the quota's rate. It may lie a burst ahead of now
 * before anybody has to wait. This is a token bucket of rate x burst tokens (the generic cell rate algorithm, ITU-T I.371).
 *
 * <p>Thread-safe without a lock: a client's connections are on several loops, and each adds to the instant by compare-and-set.
 *
 * <p>Times are nanoseconds since some origin, not negative.
 */
final class RateSensor {
    /** Of {@link #record}: nothing is counted, since the holder has a new sensor or will get one. */
    static final long RETIRED = -1;

    /** Longer than anybody waits, and far from an overflow. */
    private static final double MOST_NANOS = 1e17;

    private final double perSecond;
    private final long burstNanos;
    private final AtomicLong paidAt = new AtomicLong();
    private final LongAdder throttledNanos = new LongAdder();

    /** @param burstNanos how long the holder may use the rate in advance */
    RateSensor(double perSecond, long burstNanos) {
        this.perSecond = perSecond;
        this.burstNanos = burstNanos;
    }

    double perSecond() {
        return perSecond;
    }

    /** The most that fits at once. */
    double burst() {
        return perSecond * burstNanos / 1e9;
    }

    /**
     * Counts so many units.
     *
     * @return how long the holder has to wait from now on; 0: it is within its quota; {@link #RETIRED}
     */
    long record(double units, long now) {
        long cost = (long) Math.min(units / perSecond * 1e9, MOST_NANOS);
        while (true) {
            long paid = paidAt.get();
            if (paid == RETIRED) return RETIRED;
            long next = Math.min(Math.max(paid, now) + cost, now + burstNanos + (long) MOST_NANOS);
            if (paidAt.compareAndSet(paid, next)) return wait(next, now);
        }
    }

    /** Like {@link #record}, but what would have to wait is not counted. */
    long recordIfInTime(double units, long now) {
        long delay = wait(Math.max(paidAt.get(), now) + (long) Math.min(units / perSecond * 1e9, MOST_NANOS), now);
        return delay > 0 ? delay : record(units, now);
    }

    /** How long the holder has to wait, if nothing more is counted. */
    long delay(long now) {
        return wait(paidAt.get(), now);
    }

    private long wait(long paid, long now) {
        return Math.max(0, paid - now - burstNanos);
    }

    /** Ends it if it has remembered nothing since then, which is not later than now: a new one in its place is the same. */
    boolean retireIfIdle(long since) {
        long paid = paidAt.get();
        return paid <= since && paidAt.compareAndSet(paid, RETIRED);
    }

    /** Ends it whatever it remembers. */
    void retire() {
        paidAt.set(RETIRED);
    }

    void throttled(long nanos) {
        throttledNanos.add(nanos);
    }

    long throttledNanos() {
        return throttledNanos.sum();
    }
}
