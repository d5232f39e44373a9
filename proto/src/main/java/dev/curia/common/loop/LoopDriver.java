package dev.curia.common.loop;

/**
 * Runs an event loop's turns where no thread of its own does: the scheduler of a simulation, say. It decides when, and thereby in which order
 * loops take their turns; it must never run two turns of one loop at the same time.
 */
@FunctionalInterface
public interface LoopDriver {
    /**
     * Runs {@code turn} once, not before {@code delayNanos} have passed. A turn without anything to do is harmless.
     *
     * @param delayNanos 0: soon
     */
    void wake(long delayNanos, Runnable turn);
}
