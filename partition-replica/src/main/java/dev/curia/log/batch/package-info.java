/** Record batches of format v2 (magic 2): header view, checks, and the few places where records themselves are decoded, which is all that uses kafka-clients. Read {@link dev.curia.log.batch.BatchView} first. */
@NullMarked
package dev.curia.log.batch;

import org.jspecify.annotations.NullMarked;
