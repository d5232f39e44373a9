package dev.curia.broker.coordinator;

import dev.curia.common.time.Clock;

/**
 * The time of one turn, read once and passed down. Immutable.
 *
 * @param monotonicMs for timeouts
 * @param wallMs since 1970, for timestamps in records
 */
public record Now(long monotonicMs, long wallMs) {
    public static Now of(Clock clock) {
        return new Now(Math.floorDiv(clock.monotonicNanos(), 1_000_000L), clock.wallMillis());
    }
}
