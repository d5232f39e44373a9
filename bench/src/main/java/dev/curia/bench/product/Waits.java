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
