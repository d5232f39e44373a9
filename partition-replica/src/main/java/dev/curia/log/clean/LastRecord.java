package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;

/**
 * The batch from which a log that is opened again learns a producer's last sequence, or else its epoch. It stays, if only its header.
 *
 * @param dataOffset the last offset of the producer's last batch of records; -1: its epoch began with a marker, which stays
 */
public record LastRecord(long dataOffset, short producerEpoch) {
    boolean isIn(BatchView batch) {
        if (dataOffset >= 0) return !batch.isControl() && batch.lastOffset() == dataOffset;
        return batch.isControl() && batch.producerEpoch() == producerEpoch;
    }
}
