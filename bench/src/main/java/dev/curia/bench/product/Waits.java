package dev.curia.bench.metadata;

import dev.curia.common.time.SystemClock;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads and processes do. */
final class Waits {
    private static final SystemClock CLOCK = new SystemClock();
    private static final long STEP_NANOS = 5_000_000;

    private Waits() {}

    static void until(String what, Duration patience, BooleanSupplier holds) {
        long start = CLOCK.monotonicNanos();
        while (!holds.getAsBoolean()) {
            if (CLOCK.monotonicNanos() - start > patience.toNanos()) {
                throw new IllegalStateException("not within " + patience.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}
