package dev.curia.replica.node;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Timers;
import dev.curia.log.StorageException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * One replica's way to its owner thread. A failing disk met by a task is the environment's fault, not a broken invariant: it goes to
 * {@code onStorageFailure}, on the same thread. Thread-safe.
 *
 * @param buffer shared by all replicas of the loop
 */
record ReplicaThread(EventLoop loop, ChunkBuffer buffer, Consumer<StorageException> onStorageFailure)
        implements Timers {

    /** @return false: overloaded or stopping; the task will not run */
    boolean offer(Runnable task) {
        return loop.offer(() -> guard(task));
    }

    /** Waits while the inbox is full: from threads that may wait. Dropped when the broker stops. */
    void submit(Runnable task) {
        try {
            loop.submit(() -> guard(task));
        } catch (RejectedExecutionException stopping) {
            // Whoever stops the loop has ended the replica before.
        }
    }

    @Override
    public Runnable schedule(long delayNanos, Runnable task) {
        return loop.schedule(delayNanos, () -> guard(task));
    }

    private void guard(Runnable task) {
        try {
            task.run();
        } catch (StorageException e) {
            onStorageFailure.accept(e);
        }
    }
}
