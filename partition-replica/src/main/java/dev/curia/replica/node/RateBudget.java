package dev.curia.replica.node;

import dev.curia.common.time.Clock;
import dev.curia.replica.port.SendBudget;
import java.util.function.LongSupplier;

/** So many bytes a second. What one sending takes too much the next ones wait for; little is saved up while nothing is sent. */
final class RateBudget implements SendBudget {
    /** Of a rate: there is no bound. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    private static final double SAVED_SECONDS = 0.05;
    private static final double NANOS = 1e9;

    private final Clock clock;
    private final LongSupplier bytesPerSecond;
    private double balance; // bytes; at most what SAVED_SECONDS bring
    private long balancedNanos;

    /** @param bytesPerSecond positive, or {@link #UNBOUNDED}; may change */
    RateBudget(Clock clock, LongSupplier bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.balancedNanos = clock.monotonicNanos();
    }

    @Override
    public synchronized long waitNanos() {
        long rate = bytesPerSecond.getAsLong();
        refill(rate);
        if (rate == UNBOUNDED || balance >= 0) return 0;
        return (long) Math.ceil(-balance / rate * NANOS);
    }

    @Override
    public synchronized void spent(int bytes) {
        refill(bytesPerSecond.getAsLong());
        balance -= bytes;
    }

    private void refill(long rate) {
        long now = clock.monotonicNanos();
        double earned = rate == UNBOUNDED ? -Math.min(0, balance) : (now - balancedNanos) / NANOS * rate;
        balancedNanos = now;
        balance = Math.min(balance + earned, rate == UNBOUNDED ? 0 : rate * SAVED_SECONDS);
    }
}
