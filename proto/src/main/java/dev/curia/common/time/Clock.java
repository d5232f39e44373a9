package dev.curia.common.time;

/** Both clocks, never mixed: monotonic for timeouts, wall for what is shown or recorded. Thread-safe. */
public interface Clock {
    /** Nanoseconds from an arbitrary origin; never goes back, stands still for no one. */
    long monotonicNanos();

    /** Milliseconds since 1970; may jump either way. */
    long wallMillis();
}
