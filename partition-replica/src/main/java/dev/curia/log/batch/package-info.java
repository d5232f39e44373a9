/**
 * Record batches of format v2 (magic 2): header view, checks, and a reader and writer of the records inside, which are safe on hostile bytes.
 * kafka-clients serves as codec only. Read {@link dev.curia.log.batch.BatchView} first, then {@link dev.curia.log.batch.RecordReader}.
 */
@NullMarked
package dev.curia.log.batch;

import org.jspecify.annotations.NullMarked;
