package dev.curia.common.time;

/** Runs tasks later, on the thread that owns this object's state. */
public interface Timers {
    /**
     * Runs {@code task} once, not before {@code delayNanos} have passed.
     *
     * @return cancels the task when run before it started; harmless afterwards
     */
    Runnable schedule(long delayNanos, Runnable task);
}
