/**
 * The group coordinator: {@link dev.curia.broker.group.GroupCoordinator} is its front, {@link dev.curia.broker.group.GroupRecordCodec}
 * its record formats (Kafka's {@code __consumer_offsets} schemas), {@code state} its decisions.
 */
@NullMarked
package dev.curia.broker.group;

import org.jspecify.annotations.NullMarked;
