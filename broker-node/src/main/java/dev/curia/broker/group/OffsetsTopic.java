package dev.curia.broker.group;

import dev.curia.broker.coordinator.InternalTopics;
import dev.curia.broker.coordinator.KeyPartitions;
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

    /** The partition that holds a group. */
    public int partitionFor(String groupId) {
        return KeyPartitions.of(groupId, partitions);
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
