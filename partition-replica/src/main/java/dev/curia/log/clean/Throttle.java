package dev.curia.log.clean;

/**
 * Bounds the bytes a second that all cleaner threads together read and write, without bursts. Decides only; the caller waits. Thread-safe.
 */
final class Throttle {
    private static final double NANOS = 1e9;

    private final double bytesPerSecond;
    // Guarded by this. When what was taken so far will have been paid for; monotonic.
    private long paidAtNanos;
    private boolean begun;

    /** @param bytesPerSecond positive; from about 1e18 on there is no bound */
    Throttle(double bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Takes {@code bytes}; answers for how many nanoseconds to wait before going on. */
    synchronized long take(long bytes, long nowNanos) {
        if (!begun || paidAtNanos - nowNanos < 0) paidAtNanos = nowNanos;
        begun = true;
        paidAtNanos += (long) (bytes / bytesPerSecond * NANOS);
        return paidAtNanos - nowNanos;
    }
}
