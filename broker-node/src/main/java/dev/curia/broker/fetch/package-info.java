/**
 * Reading for clients: fetch sessions, long polls, and reads that may wait for the disk. Knows no handlers and no sockets. Read
 * {@link dev.curia.broker.fetch.DelayedFetch} first.
 */
@NullMarked
package dev.curia.broker.fetch;

import org.jspecify.annotations.NullMarked;
