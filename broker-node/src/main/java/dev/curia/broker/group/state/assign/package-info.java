/**
 * Who reads what in a consumer group (KIP-848): {@link dev.curia.broker.group.state.assign.Assignor} and those of Kafka's names. Pure; start
 * with {@link dev.curia.broker.group.state.assign.UniformAssignor}.
 */
@NullMarked
package dev.curia.broker.group.state.assign;

import org.jspecify.annotations.NullMarked;
