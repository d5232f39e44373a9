/** One handler class per Kafka request kind, in one table. kafka-clients is the codec. */
@NullMarked
package dev.curia.broker.kafka.api;

import org.jspecify.annotations.NullMarked;
