package dev.curia.common.loop;

/**
 * Runs event loops' turns where no threads of their own do: a network thread, or the scheduler of a simulation. It decides when, and thereby in which
 * order loops take their turns, all on one thread.
 */
@FunctionalInterface
public interface LoopDriver {
    /**
     * Runs {@code turn} once, not before {@code delayNanos} have passed. A turn without anything to do is harmless. From any thread.
     *
     * @param delayNanos 0: soon, after the turns that were to run soon before
     */
    void wake(long delayNanos, Runnable turn);

    /** Whether the caller is on the thread that runs the turns; a scheduler that everything runs on has no other. */
    default boolean isInThread() {
        return true;
    }

    /** So many tasks at most a turn runs. One lets the driver see, and order, each of them. */
    default int tasksATurn() {
        return 1;
    }
}
