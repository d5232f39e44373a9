/**
 * One segment of a log: the records file, its two sparse indexes, and where its newest batches begin. Read
 * {@link dev.curia.log.segment.Segment} first.
 */
@NullMarked
package dev.curia.log.segment;

import org.jspecify.annotations.NullMarked;
