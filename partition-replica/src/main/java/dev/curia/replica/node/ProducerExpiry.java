package dev.curia.replica.node;

import dev.curia.common.time.Clock;
import dev.curia.log.producer.ProducerStates;

/**
 * Has a replica forget idle producers. Each replica does so for itself, by its own clock: who is forgotten has no open transaction, and only a
 * leader asks what a producer wrote before. Confined to the replica's loop.
 *
 * <p>Of producers that a snapshot named on opening, only their own times are known, which may be long past. So the first look comes one interval
 * later: who is active has written by then.
 */
final class ProducerExpiry {
    private final ProducerLimits limits;
    private final Clock clock;
    private long nextCheckNanos;

    ProducerExpiry(ProducerLimits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.nextCheckNanos = clock.monotonicNanos() + limits.checkInterval().toNanos();
    }

    /** From the loop, now and then; answers how many were forgotten. */
    int tick(ProducerStates producers) {
        int bounded = producers.bound(limits.most());
        long now = clock.monotonicNanos();
        if (now - nextCheckNanos < 0) return bounded;
        nextCheckNanos = now + limits.checkInterval().toNanos();
        return bounded
                + producers.expire(clock.wallMillis(), limits.expiration().toMillis());
    }
}
