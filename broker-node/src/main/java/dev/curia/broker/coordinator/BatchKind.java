package dev.curia.broker.coordinator;

/** What a shard's batch is to transactions (KIP-98). Immutable. */
public sealed interface BatchKind {
    BatchKind PLAIN = new Plain();

    /** Nothing. */
    record Plain() implements BatchKind {}

    /** Part of this producer's transaction. */
    record Transactional(long producerId, short producerEpoch) implements BatchKind {}

    /**
     * The end of this producer's transaction; it has no records.
     *
     * @param coordinatorEpoch of the transaction coordinator
     * @param raisesEpoch the epoch is above that of the transaction (KIP-890)
     */
    record Marker(long producerId, short producerEpoch, int coordinatorEpoch, boolean commit, boolean raisesEpoch)
            implements BatchKind {}
}
