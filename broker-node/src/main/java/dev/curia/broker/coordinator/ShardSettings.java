package dev.curia.broker.coordinator;

import java.time.Duration;

/**
 * How a {@link ShardRuntime} works. Immutable.
 *
 * @param topic the internal topic whose partitions are the shards' logs
 * @param loadBufferBytes read at once while loading
 * @param maxAppendsUnderWay per shard; further changes are refused as COORDINATOR_NOT_AVAILABLE
 * @param commitTimeout how long a caller waits for its change to be committed; the change itself goes on
 */
public record ShardSettings(String topic, int loadBufferBytes, int maxAppendsUnderWay, Duration commitTimeout) {}
