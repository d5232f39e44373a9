/**
 * The Kafka listener on Netty: frames, order of answers, back-pressure. Nothing else touches a socket. Read
 * {@link dev.curia.broker.kafka.net.KafkaConnection} first.
 */
@NullMarked
package dev.curia.broker.kafka.net;

import org.jspecify.annotations.NullMarked;
