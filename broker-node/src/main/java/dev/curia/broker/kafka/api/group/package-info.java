/**
 * Kafka's group requests: each handler translates to and from {@link dev.curia.broker.group.GroupCoordinator}, one class a request kind.
 * {@link dev.curia.broker.kafka.api.group.GroupHandlers} lists them.
 */
@NullMarked
package dev.curia.broker.kafka.api.group;

import org.jspecify.annotations.NullMarked;
