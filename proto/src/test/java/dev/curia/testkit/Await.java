package dev.curia.testkit;

import dev.curia.common.time.SystemClock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Waits for a condition with a deadline: the only way a test waits. */
public final class Await {
    private static final Duration STEP = Duration.ofMillis(10);

    private Await() {}

    /** Returns when {@code condition} is true; fails with the last exception or {@code what} after {@code atMost}. */
    public static void until(String what, Duration atMost, Callable<Boolean> condition) {
        value(what, atMost, () -> condition.call() ? Boolean.TRUE : null);
    }

    /** Returns the first non-null value; an exception counts as "not yet". */
    public static <T> T value(String what, Duration atMost, Callable<@Nullable T> source) {
        SystemClock clock = new SystemClock();
        long deadline = clock.monotonicNanos() + atMost.toNanos();
        Exception last = null;
        do {
            try {
                T value = source.call();
                if (value != null) return value;
                last = null;
            } catch (Exception e) {
                last = e;
            }
            pause();
        } while (clock.monotonicNanos() - deadline < 0);
        throw new AssertionError("not within " + atMost + ": " + what, last);
    }

    private static void pause() {
        try {
            Thread.sleep(STEP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
