package dev.curia.broker.bridge;

import dev.curia.broker.canary.CanaryTopic;
import dev.curia.broker.canary.CanaryView;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import dev.curia.proto.admin.v1.ReplicaSet;
import dev.curia.proto.admin.v1.TopicPartitions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The canary's topic at the controller, and as it is in the metadata. Thread-safe. */
public final class QuorumCanaryTopic implements CanaryTopic {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    /** A record counts for seconds; one hour is for people who look. */
    private static final Map<String, String> CONFIGS = Map.of(
            "retention.ms", "3600000", "segment.ms", "3600000", "segment.bytes", "1048576", "min.insync.replicas", "1");

    private final QuorumTopicAdmin topics;

    public QuorumCanaryTopic(QuorumTopicAdmin topics) {
        this.topics = topics;
    }

    /** What the canary looks at. */
    public static CanaryView view(int self, MetadataImage image) {
        return new CanaryView(
                self,
                image.brokers().stream()
                        .filter(broker -> broker.standing() == Standing.IN_SERVICE)
                        .map(broker -> new CanaryView.Broker(broker.id(), !broker.fenced()))
                        .toList(),
                image.topic(NAME).map(Topic::partitions).stream()
                        .flatMap(List::stream)
                        .map(QuorumCanaryTopic::view)
                        .toList());
    }

    private static CanaryView.Partition view(PartitionState state) {
        boolean moving = !state.adding().isEmpty() || !state.removing().isEmpty();
        return new CanaryView.Partition(state.replicas(), state.isr(), state.leader(), moving);
    }

    @Override
    public CompletableFuture<?> create(List<List<Integer>> replicas) {
        NewTopic.Builder topic =
                NewTopic.newBuilder().setName(NAME).setInternal(true).putAllConfigs(CONFIGS);
        for (int i = 0; i < replicas.size(); i++) {
            topic.addAssignments(ReplicaAssignment.newBuilder().setPartition(i).addAllReplicas(replicas.get(i)));
        }
        return topics.createTopics(
                CreateTopicsRequest.newBuilder().addTopics(topic).build(), TIMEOUT);
    }

    @Override
    public CompletableFuture<?> add(int count, List<List<Integer>> replicas) {
        PartitionCount.Builder added =
                PartitionCount.newBuilder().setTopic(NAME).setCount(count);
        replicas.forEach(brokers -> added.addReplicas(ReplicaSet.newBuilder().addAllBrokers(brokers)));
        return topics.createPartitions(
                CreatePartitionsRequest.newBuilder().addTopics(added).build(), TIMEOUT);
    }

    @Override
    public CompletableFuture<?> reassign(Map<Integer, List<Integer>> replicas) {
        AlterReassignmentsRequest.Builder request = AlterReassignmentsRequest.newBuilder();
        replicas.forEach((partition, brokers) -> request.addPartitions(
                Reassignment.newBuilder().setTopic(NAME).setPartition(partition).addAllReplicas(brokers)));
        return topics.alterReassignments(request.build(), TIMEOUT);
    }

    @Override
    public CompletableFuture<?> electPreferred(List<Integer> partitions) {
        return topics.electLeaders(
                ElectLeadersRequest.newBuilder()
                        .addPartitions(
                                TopicPartitions.newBuilder().setTopic(NAME).addAllPartitions(partitions))
                        .build(),
                TIMEOUT);
    }
}
