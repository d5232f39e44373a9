package dev.curia.broker.coordinator;

import java.time.Duration;

/** Hears of shards coming and going, for metrics. Called on the shard's thread; must be quick. */
public interface ShardEvents {
    /** A shard serves now. */
    default void loaded(int partition, Duration took, long records) {}

    /** Hears nothing. */
    ShardEvents NONE = new ShardEvents() {};
}
