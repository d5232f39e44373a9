package dev.curia.log.batch;

/**
 * What a topic's settings say about the batches it takes. Immutable.
 *
 * @param maxBatchBytes the largest batch, as sent
 * @param maxAppendBytes the most that one append may bring: a segment
 * @param logAppendTime whether the broker stamps records, instead of their producers
 * @param timestampBeforeMaxMs how far a producer's time may lie behind the broker's
 * @param timestampAfterMaxMs how far it may lie ahead
 * @param codec a codec's number as in a batch's attributes to store batches with, or {@link #PRODUCER}
 * @param keysRequired whether records without a key are refused: compaction could not tell what they replace
 */
public record BatchPolicy(
        int maxBatchBytes,
        int maxAppendBytes,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        int codec,
        boolean keysRequired) {
    /** Every batch is kept in the codec it was sent with. */
    public static final int PRODUCER = -1;
}
