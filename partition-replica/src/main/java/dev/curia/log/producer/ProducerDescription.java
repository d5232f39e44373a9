package dev.curia.log.producer;

/**
 * What a log knows of one producer. Immutable. -1 stands for none.
 *
 * @param lastSequence of its newest batch in this epoch
 * @param lastTimestamp of its newest batch or marker, in milliseconds since 1970
 * @param coordinatorEpoch of the transaction coordinator that ended its last transaction
 * @param currentTxnFirstOffset where its open transaction begins
 */
public record ProducerDescription(
        long producerId,
        short producerEpoch,
        int lastSequence,
        long lastTimestamp,
        int coordinatorEpoch,
        long currentTxnFirstOffset) {}
