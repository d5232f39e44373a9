package dev.curia.broker.console;

import dev.curia.common.time.Clock;

/** A bucket of tokens: so many at once, then so many a second. Thread-safe. */
final class Rate {
    private final double perSecond;
    private final double burst;
    private final Clock clock;
    private double tokens;
    private long lastNanos;

    Rate(double perSecond, double burst, Clock clock) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.clock = clock;
        this.tokens = burst;
        this.lastNanos = clock.monotonicNanos();
    }

    /** Whether there is one, which is taken then. */
    synchronized boolean take() {
        long now = clock.monotonicNanos();
        tokens = Math.min(burst, tokens + (now - lastNanos) / 1e9 * perSecond);
        lastNanos = now;
        if (tokens < 1) return false;
        tokens--;
        return true;
    }
}
