/**
 * The runtime of coordinators: one shard a partition of an internal topic led here, each a single-writer state machine that is
 * replayed from its partition. Knows neither groups nor transactions. Read {@link dev.curia.broker.coordinator.Shard} first, then
 * {@link dev.curia.broker.coordinator.ShardRuntime}.
 */
@NullMarked
package dev.curia.broker.coordinator;

import org.jspecify.annotations.NullMarked;
