package dev.curia.broker.txn;

/**
 * Ends one producer's transaction in one partition. Immutable.
 *
 * @param raisesEpoch its epoch is above that of the transaction's batches (KIP-890)
 */
public record Marker(long producerId, short producerEpoch, int coordinatorEpoch, boolean commit, boolean raisesEpoch) {}
