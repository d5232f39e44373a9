package dev.curia.metadata.decide;

/** What a request means by -1: {@code num.partitions} and {@code default.replication.factor}. */
public record TopicDefaults(int partitions, int replicationFactor) {
    public TopicDefaults {
        if (partitions < 1)
            throw new IllegalArgumentException("num.partitions is " + partitions + ", must be at least 1");
        if (replicationFactor < 1) {
            throw new IllegalArgumentException(
                    "default.replication.factor is " + replicationFactor + ", must be at least 1");
        }
    }
}
