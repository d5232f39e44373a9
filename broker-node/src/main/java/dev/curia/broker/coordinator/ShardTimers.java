package dev.curia.broker.coordinator;

/**
 * Timers of one shard, by key: a timeout comes back as {@link Shard#onTimeout}. Loop-confined to the shard's thread.
 *
 * @param <K> a value type that names a timer
 */
public interface ShardTimers<K> {
    /** Replaces an earlier timer of the same key. */
    void schedule(K key, long delayMs);

    /** Harmless when there is none. */
    void cancel(K key);
}
