/** One segment of a log: the records file and its two sparse indexes. Read {@link dev.curia.log.segment.Segment} first. */
@NullMarked
package dev.curia.log.segment;

import org.jspecify.annotations.NullMarked;
