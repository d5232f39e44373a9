package dev.curia.replica.node;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Timers;
import dev.curia.log.StorageException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One replica's way to its owner thread. A failing disk met by a task is the environment's fault, not a broken invariant: it goes to
 * {@code onStorageFailure}, on the same thread. Thread-safe.
 *
 * @param buffer shared by all replicas of the loop
 */
record ReplicaThread(EventLoop loop, ChunkBuffer buffer, Consumer<StorageException> onStorageFailure)
        implements Timers {
    private static final long PATIENCE_SECONDS = 30;

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

    /** Runs a task there and waits for its answer; empty: the loop is closed, or does not come to it in time. Not from the loop. */
    <T> Optional<T> call(Supplier<T> task) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean taken = loop.offer(() -> guard(() -> answer.complete(task.get())));
        try {
            return taken ? Optional.of(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
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
