package dev.curia.common.id;

/** A partition as people and clients name it; its text is its directory's name. Immutable; {@code partition >= 0}. */
public record TopicPartition(String topic, int partition) {
    public TopicPartition {
        if (partition < 0) throw new IllegalArgumentException("partition " + partition + " is negative");
    }

    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
