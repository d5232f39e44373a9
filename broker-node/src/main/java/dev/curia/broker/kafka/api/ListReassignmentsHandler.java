package dev.curia.broker.kafka.api;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.ListPartitionReassignmentsResponse;

/** Tells which partitions move, as far as this broker's metadata knows (KIP-455). */
public final class ListReassignmentsHandler implements RequestHandler<ListPartitionReassignmentsRequest> {
    private final ClusterView cluster;

    ListReassignmentsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<ListPartitionReassignmentsResponse> handle(
            RequestContext context, ListPartitionReassignmentsRequest request) {
        MetadataImage image = cluster.image();
        Map<String, OngoingTopicReassignment> topics = new LinkedHashMap<>();
        asked(image, request).forEach(id -> {
            Optional<Topic> topic = image.topic(id.topicId());
            Optional<PartitionState> state = image.partition(id).filter(PartitionState::isMoving);
            if (topic.isEmpty() || state.isEmpty()) return;
            topics.computeIfAbsent(topic.get().name(), name -> new OngoingTopicReassignment().setName(name))
                    .partitions()
                    .add(ongoing(id.partition(), state.get()));
        });
        return CompletableFuture.completedFuture(new ListPartitionReassignmentsResponse(
                new ListPartitionReassignmentsResponseData().setTopics(List.copyOf(topics.values()))));
    }

    private static Stream<PartitionId> asked(MetadataImage image, ListPartitionReassignmentsRequest request) {
        if (request.data().topics() == null) return image.moving().stream();
        return request.data().topics().stream()
                .flatMap(topic -> image.topic(topic.name()).stream()
                        .flatMap(known -> topic.partitionIndexes().stream()
                                .filter(partition -> partition >= 0)
                                .map(partition -> new PartitionId(known.id(), partition))));
    }

    private static OngoingPartitionReassignment ongoing(int partition, PartitionState state) {
        return new OngoingPartitionReassignment()
                .setPartitionIndex(partition)
                .setReplicas(state.replicas())
                .setAddingReplicas(state.adding())
                .setRemovingReplicas(state.removing());
    }
}
