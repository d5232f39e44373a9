/**
 * Between records as our gRPC data API has them and record batches as logs keep them; written by kafka-clients, read by
 * our own bounded reader. Pure. Read
 * {@link dev.curia.broker.kafka.batch.BatchEncoder} first.
 */
@NullMarked
package dev.curia.broker.kafka.batch;

import org.jspecify.annotations.NullMarked;
