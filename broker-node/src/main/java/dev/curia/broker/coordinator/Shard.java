package dev.curia.broker.coordinator;

import org.apache.kafka.common.protocol.Errors;

/**
 * The state machine behind one partition of a coordinator's topic: pure, single-threaded, without I/O. Persistent state changes only in
 * {@link #replay}, with records that are committed, in the order of the log, both while loading and while serving: so memory never
 * holds what a failover could lose.
 *
 * @param <R> its records
 * @param <K> the names of its timers
 */
public interface Shard<R, K> {
    /** Applies one committed record. Total: a record that changes nothing is not an error. */
    void replay(R record);

    /** The log was replayed to its end: the shard now serves. */
    void loaded(Now now);

    /** A timer scheduled through {@link ShardTimers} has run out. A late one must be recognised and ignored. */
    Outcome<R> onTimeout(K key, Now now);

    /** The last call: this broker no longer leads the partition. Answers all who wait with {@code error}. */
    void unloaded(Errors error);
}
