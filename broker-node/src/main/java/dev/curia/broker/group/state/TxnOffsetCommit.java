package dev.curia.broker.group.state;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A transaction stores how far its producer has read; it counts when the transaction is committed (KIP-98, KIP-447). */
public final class TxnOffsetCommit {
    private TxnOffsetCommit() {}

    /** @param commit whose generation, member and instance fence a member that is none any more; clients of old name none */
    public record Request(OffsetCommit.Request commit, long producerId, short producerEpoch) {}

    /** What a shard holds while a transaction's coordinator is asked. Means nothing to another shard. */
    public interface Guard {}

    /** @param guard null exactly when there is an error */
    public record Guarded(Errors error, @Nullable Guard guard) {}
}
