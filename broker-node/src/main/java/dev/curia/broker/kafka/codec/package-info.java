/**
 * Between Kafka's messages, as kafka-clients encodes them, and our own types. Knows neither sockets nor handlers. Read
 * {@link dev.curia.broker.kafka.codec.RequestCodec} first.
 */
@NullMarked
package dev.curia.broker.kafka.codec;

import org.jspecify.annotations.NullMarked;
