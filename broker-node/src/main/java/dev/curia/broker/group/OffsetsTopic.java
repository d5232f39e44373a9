package dev.curia.broker.group;

import dev.curia.broker.coordinator.InternalTopics;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.Errors;

/** The topic in which groups are kept, and which of its partitions a group is in. Immutable, thread-safe. */
public record OffsetsTopic(int partitions, short replicationFactor, int segmentBytes) {
    public static final String NAME = "__consumer_offsets";

    public static OffsetsTopic of(Map<String, String> config) {
        return new OffsetsTopic(
                GroupConfigs.OFFSETS_TOPIC_PARTITIONS.in(config),
                GroupConfigs.OFFSETS_TOPIC_REPLICATION_FACTOR.in(config).shortValue(),
                GroupConfigs.OFFSETS_TOPIC_SEGMENT_BYTES.in(config));
    }

    /** The partition that holds a group; Kafka's formula, since tools compute it too. */
    public int partitionFor(String groupId) {
        // The hash without its sign bit would differ from Kafka's for negative ones: it takes the absolute value, 0 for
        // the least.
        int hash = groupId.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }

    CompletionStage<Errors> ensure(InternalTopics topics) {
        return topics.ensure(
                NAME,
                partitions,
                replicationFactor,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.bytes", Integer.toString(segmentBytes),
                        "compression.type", "producer"));
    }
}
