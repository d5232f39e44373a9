package dev.curia.metadata.controller;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Brings what happened on other threads to the controller's loop. */
final class Handover {
    private Handover() {}

    /** @param future never fails; if it does, an invariant is broken */
    static <T> void toLoop(CompletableFuture<T> future, EventLoop loop, FaultHandler faults, Consumer<T> then) {
        CompletableFuture<T> unused = future.whenComplete((value, failure) -> {
            if (failure != null) faults.fatal("the metadata log failed a future instead of giving an outcome", failure);
            else submit(loop, () -> then.accept(value));
        });
    }

    /** Runs the task unless the loop has been closed. The loop's inbox has room: see {@link ActiveController#LOOP_CAPACITY}. */
    static void submit(EventLoop loop, Runnable task) {
        try {
            loop.submit(task);
        } catch (RejectedExecutionException closed) {
            // The controller has been shut down, and with it everybody who could wait for this.
        }
    }
}
