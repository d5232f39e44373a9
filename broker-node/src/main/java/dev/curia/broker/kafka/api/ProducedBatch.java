package dev.curia.broker.kafka.api;

import dev.curia.log.batch.BatchView;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a produce request's first batch says of its producer. Immutable; unchecked, as the client sent it.
 *
 * @param producerId -1: none
 * @param codec as in its attributes: 4 is zstd
 */
record ProducedBatch(long producerId, short producerEpoch, int baseSequence, boolean transactional, int codec) {
    /** Empty: too short to be a batch. */
    static Optional<ProducedBatch> of(ByteBuffer records) {
        if (records.remaining() < BatchView.HEADER_BYTES) return Optional.empty();
        BatchView batch = new BatchView().at(records, records.position());
        return Optional.of(new ProducedBatch(
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.isTransactional(),
                batch.codec()));
    }
}
