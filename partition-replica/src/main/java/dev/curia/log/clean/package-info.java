/**
 * Compaction: the newest record of each key is kept, older ones, and in time tombstones and transaction markers, are removed. Owns the
 * decisions what is kept and which log is cleaned next, the map from keys to offsets, and the cleaner threads. Knows a log through the port
 * {@link dev.curia.log.clean.CleanableLog}, which the log and its replica implement. Read {@link dev.curia.log.clean.LogCleaner} first, then
 * {@code CleaningRules}.
 */
@NullMarked
package dev.curia.log.clean;

import org.jspecify.annotations.NullMarked;
