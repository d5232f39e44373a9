package dev.curia.bench.product;

import dev.curia.common.time.SystemClock;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads and processes do. */
public final class Waits {
    private static final SystemClock CLOCK = new SystemClock();
    private static final long STEP_NANOS = 5_000_000;

    private Waits() {}

    /** Returns at a time of the monotonic clock, or at once when that is past. */
    public static void until(long nanos) {
        for (long left = nanos - CLOCK.monotonicNanos(); left > 0; left = nanos - CLOCK.monotonicNanos()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Returns after so many seconds. */
    public static void pause(double seconds) {
        until(CLOCK.monotonicNanos() + (long) (seconds * 1e9));
    }

    /** Returns when the condition holds; fails after so long. It is asked every {@code 5 ms}. */
    public static void until(String what, Duration patience, BooleanSupplier holds) {
        long start = CLOCK.monotonicNanos();
        while (!holds.getAsBoolean()) {
            if (CLOCK.monotonicNanos() - start > patience.toNanos()) {
                throw new IllegalStateException("not within " + patience.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}
