package dev.curia.broker.txn.state;

import dev.curia.common.id.TopicPartition;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What is known of one transactional id. Immutable: each change is a new value, which becomes true when it is committed.
 *
 * @param partitions of the open transaction, or those that get a marker; none otherwise
 * @param startedMs wall clock; -1: no transaction was ever open since the producer came
 * @param updatedMs wall clock
 * @param clientVersion 2: each end raises the producer's epoch (KIP-890); 0: it does not
 */
public record Txn(
        String transactionalId,
        Producer producer,
        TxnState state,
        Set<TopicPartition> partitions,
        int timeoutMs,
        long startedMs,
        long updatedMs,
        int clientVersion) {
    /** Of {@link #clientVersion}. */
    public static final int RAISES_EPOCH = 2;

    public Txn {
        partitions = Collections.unmodifiableSet(new LinkedHashSet<>(partitions));
    }

    /** A producer begins, or begins anew. */
    static Txn empty(String transactionalId, Producer producer, int timeoutMs, long nowMs) {
        return new Txn(transactionalId, producer, TxnState.EMPTY, Set.of(), timeoutMs, -1, nowMs, 0);
    }

    /** The producer writes to these partitions too. */
    Txn adding(Set<TopicPartition> more, boolean raisesEpoch, long nowMs) {
        Set<TopicPartition> all = new LinkedHashSet<>();
        boolean open = state == TxnState.ONGOING;
        if (open) all.addAll(partitions);
        all.addAll(more);
        return new Txn(
                transactionalId,
                producer,
                TxnState.ONGOING,
                all,
                timeoutMs,
                open ? startedMs : nowMs,
                nowMs,
                raisesEpoch ? RAISES_EPOCH : 0);
    }

    /** Decided by its producer. */
    Txn prepared(boolean commit, Producer then, boolean raisesEpoch, long nowMs) {
        boolean open = state == TxnState.ONGOING;
        return new Txn(
                transactionalId,
                then,
                commit ? TxnState.PREPARE_COMMIT : TxnState.PREPARE_ABORT,
                open ? partitions : Set.of(),
                timeoutMs,
                open ? startedMs : nowMs,
                nowMs,
                raisesEpoch ? RAISES_EPOCH : 0);
    }

    /** Aborted by the coordinator: whoever had it open has an epoch of the past from now on. */
    Txn fenced(long nowMs) {
        return prepared(false, producer.bumped(false), raisesEpoch(), nowMs);
    }

    /** Every marker is written. */
    Txn completed(long nowMs) {
        return new Txn(
                transactionalId,
                producer.completed(),
                state == TxnState.PREPARE_COMMIT ? TxnState.COMPLETE_COMMIT : TxnState.COMPLETE_ABORT,
                Set.of(),
                timeoutMs,
                startedMs,
                nowMs,
                clientVersion);
    }

    public boolean raisesEpoch() {
        return clientVersion >= RAISES_EPOCH;
    }

    boolean timedOut(long nowMs) {
        return state == TxnState.ONGOING && nowMs - startedMs > timeoutMs;
    }
}
