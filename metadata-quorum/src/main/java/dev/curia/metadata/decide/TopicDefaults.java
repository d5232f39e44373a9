package dev.curia.metadata.decide;

import java.util.Map;

/**
 * What a request leaves to the cluster. Immutable.
 *
 * @param partitions {@code num.partitions}: what -1 means
 * @param replicationFactor {@code default.replication.factor}: what -1 means
 * @param configs topic settings that the configuration changes, by the topic setting's name
 */
public record TopicDefaults(int partitions, int replicationFactor, Map<String, String> configs) {
    public TopicDefaults {
        configs = Map.copyOf(configs);
        if (partitions < 1)
            throw new IllegalArgumentException("num.partitions is " + partitions + ", must be at least 1");
        if (replicationFactor < 1) {
            throw new IllegalArgumentException(
                    "default.replication.factor is " + replicationFactor + ", must be at least 1");
        }
    }
}
