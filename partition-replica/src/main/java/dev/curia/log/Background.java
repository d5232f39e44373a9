package dev.curia.log;

import dev.curia.common.time.Timers;
import java.util.concurrent.Executor;

/**
 * Where a log directory's work runs that may block. Immutable; not on an event loop.
 *
 * @param flushes puts logs on disk; several threads let their forces share the disk's work
 * @param removals removes files
 * @param timers tells when something is to be done later; its tasks only hand over to the others
 */
public record Background(Executor flushes, Executor removals, Timers timers) {}
