package dev.curia.broker.txn.state;

import dev.curia.common.id.TopicPartition;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A transaction comes to partitions that it has not written to yet. Source: KIP-98, KIP-890. */
public final class AddPartitions {
    private AddPartitions() {}

    /** Who says so. */
    public enum Kind {
        /** The producer, before it writes. */
        CLIENT,
        /** A leader, on behalf of a producer that leaves it to brokers; its ends raise the epoch. */
        LEADER,
        /** A leader that only asks whether the producer said so. */
        VERIFY
    }

    /** Immutable. */
    public record Request(
            String transactionalId, long producerId, short producerEpoch, Set<TopicPartition> partitions, Kind kind) {
        public Request {
            partitions = Collections.unmodifiableSet(new LinkedHashSet<>(partitions));
        }
    }

    /** Whether {@code partitions} of the request are all part of the transaction. */
    static Decision decide(@Nullable Txn txn, Request request, long nowMs) {
        if (txn == null || request.producerId != txn.producer().id())
            return new Decision.Refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        if (request.producerEpoch != txn.producer().epoch()) return new Decision.Refused(Errors.PRODUCER_FENCED);
        if (txn.state().preparing()) return new Decision.Refused(Errors.CONCURRENT_TRANSACTIONS);
        boolean known = txn.state() == TxnState.ONGOING && txn.partitions().containsAll(request.partitions);
        if (known) return new Decision.Unchanged(txn);
        if (request.kind == Kind.VERIFY) return new Decision.Refused(Errors.TRANSACTION_ABORTABLE);
        return new Decision.Change(txn.adding(request.partitions, request.kind == Kind.LEADER, nowMs));
    }
}
