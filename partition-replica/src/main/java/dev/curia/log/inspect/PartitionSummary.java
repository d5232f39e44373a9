package dev.curia.log.inspect;

import org.jspecify.annotations.Nullable;

/**
 * What a check of one partition, or of several, came to. Immutable.
 *
 * @param label the directory's name
 * @param records in undamaged batches
 * @param startOffset of the first record, or where the next one goes; -1: not of one partition
 * @param endOffset behind the last undamaged batch; -1: not of one partition
 * @param gaps where offsets are missing, as compaction leaves them
 * @param unflushedBytes that the next start cuts off
 */
public record PartitionSummary(
        @Nullable String label,
        long segments,
        long batches,
        long records,
        long bytes,
        long startOffset,
        long endOffset,
        long gaps,
        long unflushedBytes,
        long notes,
        long repairs,
        long damages) {
    /** Of nothing. */
    public static final PartitionSummary NONE = new PartitionSummary(null, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0);

    /** Both together. */
    public PartitionSummary plus(PartitionSummary other) {
        return new PartitionSummary(
                null,
                segments + other.segments,
                batches + other.batches,
                records + other.records,
                bytes + other.bytes,
                -1,
                -1,
                gaps + other.gaps,
                unflushedBytes + other.unflushedBytes,
                notes + other.notes,
                repairs + other.repairs,
                damages + other.damages);
    }
}
