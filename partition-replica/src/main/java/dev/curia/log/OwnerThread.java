package dev.curia.log;

import java.util.Optional;
import java.util.function.Supplier;

/** A log's owner thread, for others that need an answer from there. Not called from that thread itself. */
@FunctionalInterface
public interface OwnerThread {
    /** Runs the task there and waits for it; empty: the thread takes no more tasks, or does not answer. */
    <T> Optional<T> call(Supplier<T> task);
}
