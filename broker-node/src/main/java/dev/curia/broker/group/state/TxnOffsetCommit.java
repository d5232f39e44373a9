package dev.curia.broker.group.state;

/** A transaction stores how far its producer has read; it counts when the transaction is committed (KIP-98, KIP-447). */
public final class TxnOffsetCommit {
    private TxnOffsetCommit() {}

    /** @param commit whose generation, member and instance fence a member that is none any more; clients of old name none */
    public record Request(OffsetCommit.Request commit, long producerId, short producerEpoch) {}
}
