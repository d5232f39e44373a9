/**
 * The journal of events: what committed records mean to people ({@link dev.curia.metadata.event.BatchEvents}, read first), which of it is kept
 * and found, and how it is told in the log and in metrics. It is derived from the metadata log and never the other way round.
 */
@NullMarked
package dev.curia.metadata.event;

import org.jspecify.annotations.NullMarked;
