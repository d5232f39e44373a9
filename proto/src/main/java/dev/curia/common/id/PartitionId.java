package dev.curia.common.id;

/** A partition for ever: unlike its name, a topic id is never used again. Immutable; {@code partition >= 0}. */
public record PartitionId(Uuid topicId, int partition) {
    public PartitionId {
        if (partition < 0) throw new IllegalArgumentException("partition " + partition + " is negative");
    }

    @Override
    public String toString() {
        return topicId + "-" + partition;
    }
}
