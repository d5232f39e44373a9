package dev.curia.broker.coordinator;

/** Makes an empty shard whenever a partition is taken over; see {@link Shard}. */
@FunctionalInterface
public interface ShardFactory<S, K> {
    S create(int partition, ShardTimers<K> timers);
}
