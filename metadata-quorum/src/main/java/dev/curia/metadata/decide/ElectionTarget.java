package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.admin.v1.TopicPartitions;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A partition for which an election is asked. Immutable.
 *
 * @param id without meaning when {@code refusal} is present
 */
public record ElectionTarget(String topic, PartitionId id, Optional<ElectedLeader> refusal) {
    private static final Uuid NO_TOPIC = Uuid.ZERO;

    /** In request order: those named, all of a topic of which none is, or all there are. */
    public static List<ElectionTarget> of(MetadataImage image, ElectLeadersRequest request) {
        List<ElectionTarget> targets = new ArrayList<>();
        Set<PartitionId> seen = new HashSet<>();
        for (TopicPartitions wanted : request.getAll() ? all(image) : request.getPartitionsList()) {
            Optional<Topic> topic = image.topic(wanted.getTopic());
            for (int p : partitions(wanted, topic)) targets.add(target(wanted.getTopic(), topic, p, seen));
        }
        return targets;
    }

    private static ElectionTarget target(String name, Optional<Topic> topic, int partition, Set<PartitionId> seen) {
        PartitionId id = new PartitionId(topic.map(Topic::id).orElse(NO_TOPIC), Math.max(0, partition));
        ElectionTarget target = new ElectionTarget(name, id, Optional.empty());
        if (topic.flatMap(known -> known.partition(partition)).isEmpty()) {
            return new ElectionTarget(
                    name,
                    id,
                    Optional.of(result(name, partition)
                            .setStatus(Statuses.error(
                                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                    "There is no partition " + partition + " of topic '" + name + "'."))
                            .build()));
        }
        if (seen.add(id)) return target;
        return new ElectionTarget(
                name,
                id,
                Optional.of(target.refused(ErrorCode.INVALID_REQUEST, "The partition is twice in the request.")));
    }

    public ElectedLeader elected(int leader) {
        return result(topic, id.partition())
                .setStatus(Statuses.OK)
                .setLeader(leader)
                .build();
    }

    public ElectedLeader refused(ErrorCode code, String message) {
        return result(topic, id.partition())
                .setStatus(Statuses.error(code, message))
                .build();
    }

    private static ElectedLeader.Builder result(String topic, int partition) {
        return ElectedLeader.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setLeader(PartitionState.NO_LEADER);
    }

    private static List<TopicPartitions> all(MetadataImage image) {
        return image.topics().stream()
                .map(topic ->
                        TopicPartitions.newBuilder().setTopic(topic.name()).build())
                .toList();
    }

    /** Those asked for, or all; one that does not exist for a topic that does not. */
    private static List<Integer> partitions(TopicPartitions wanted, Optional<Topic> topic) {
        if (wanted.getPartitionsCount() > 0) return wanted.getPartitionsList();
        return IntStream.range(0, topic.map(known -> known.partitions().size()).orElse(1))
                .boxed()
                .toList();
    }
}
