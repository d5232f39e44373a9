package dev.curia.broker.coordinator;

/** Makes an empty shard whenever a partition is taken over; see {@link Shard}. */
@FunctionalInterface
public interface ShardFactory<S, K> {
    /** @param leaderEpoch of the partition, in which it was taken over */
    S create(int partition, int leaderEpoch, ShardTimers<K> timers);
}
