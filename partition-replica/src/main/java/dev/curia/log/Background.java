package dev.curia.log;

import dev.curia.common.time.Timers;
import dev.curia.log.clean.Cleaners;
import java.util.concurrent.Executor;

/**
 * Where a log directory's work runs that may block. Immutable; not on an event loop.
 *
 * @param flushes puts logs on disk; several threads let their forces share the disk's work
 * @param removals removes files
 * @param cleaner compacts logs
 * @param timers tells when something is to be done later; its tasks only hand over to the others
 */
public record Background(Executor flushes, Executor removals, Timers timers, Cleaners cleaner) {
    /** Without compaction. */
    public Background(Executor flushes, Executor removals, Timers timers) {
        this(flushes, removals, timers, Cleaners.NONE);
    }
}
