package dev.curia.log.clean;

import java.util.concurrent.CompletableFuture;

/** Who looks after logs that are compacted. Thread-safe. */
public interface Cleaners {
    /** Nobody. */
    Cleaners NONE = new Cleaners() {
        @Override
        public void add(CleanableLog log) {}

        @Override
        public CompletableFuture<Void> remove(CleanableLog log) {
            return CompletableFuture.completedFuture(null);
        }
    };

    /** Looks after a log from now on, in the place of another of that name. */
    void add(CleanableLog log);

    /** Looks after it no more. Completes when no thread works on it or has a file of it open. */
    CompletableFuture<Void> remove(CleanableLog log);
}
