package dev.curia.log.batch;

import java.util.Optional;

/**
 * What a topic's settings say about the batches it takes. Immutable.
 *
 * @param maxBatchBytes the largest batch, as sent and as stored
 * @param maxAppendBytes the most that one append may bring: a segment
 * @param logAppendTime whether the broker stamps records, instead of their producers
 * @param timestampBeforeMaxMs how far a producer's time may lie behind the broker's
 * @param timestampAfterMaxMs how far it may lie ahead
 * @param codec what to store batches with; empty: each as it was sent
 * @param keysRequired whether records without a key are refused: compaction could not tell what they replace
 */
public record BatchPolicy(
        int maxBatchBytes,
        int maxAppendBytes,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        Optional<Codec> codec,
        boolean keysRequired) {

    /** Whether the batch is stored in another codec than it has. Markers, which are a few bytes, stay as they are. */
    boolean recompresses(BatchView batch) {
        return codec.isPresent() && codec.get().id() != batch.codec() && !batch.isControl();
    }

    /** Whether a rule asks for what a batch's header does not tell: each record's key, or the oldest record's time. */
    boolean judgesRecords() {
        return keysRequired || (!logAppendTime && timestampBeforeMaxMs < Long.MAX_VALUE);
    }
}
