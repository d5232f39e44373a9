package dev.curia.metadata.rpc;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.decide.EffectiveSettings;
import dev.curia.metadata.decide.TopicDecisions;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.ClientQuotaDescription;
import dev.curia.proto.admin.v1.ConfiguredResource;
import dev.curia.proto.admin.v1.DescribeClientQuotasResponse;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.ListConfigsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.OngoingReassignment;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.QuorumNodeDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.admin.v1.TopicSummary;
import dev.curia.proto.common.v1.QuotaEntity;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The image and the quorum's state as administrators see them. Pure. */
final class Descriptions {
    private Descriptions() {}

    static ListTopicsResponse topics(MetadataImage image, EffectiveSettings settings, boolean includeInternal) {
        return ListTopicsResponse.newBuilder()
                .addAllTopics(image.topics().stream()
                        .filter(topic -> includeInternal || !topic.internal())
                        .sorted(Comparator.comparing(Topic::name))
                        .map(topic -> summary(image, settings, topic))
                        .toList())
                .setIndex(image.index())
                .build();
    }

    static DescribeTopicsResponse topics(MetadataImage image, EffectiveSettings settings, List<TopicRef> refs) {
        DescribeTopicsResponse.Builder response =
                DescribeTopicsResponse.newBuilder().setIndex(image.index());
        for (TopicRef ref : refs) {
            Optional<Topic> topic = TopicDecisions.find(image, ref);
            response.addTopics(topic.map(found -> describe(image, settings, found))
                    .orElseGet(() -> TopicDescription.newBuilder()
                            .setName(ref.getName())
                            .setTopicId(ref.getTopicId())
                            .setStatus(TopicDecisions.unknown(ref))
                            .build()));
        }
        return response.build();
    }

    static DescribeClusterResponse cluster(MetadataImage image, QuorumStatus quorum) {
        Map<Integer, Integer> leaders = new HashMap<>();
        Map<Integer, Integer> replicas = new HashMap<>();
        partitions(image.topics()).forEach(partition -> {
            leaders.merge(partition.leader(), 1, Integer::sum);
            partition.replicas().forEach(id -> replicas.merge(id, 1, Integer::sum));
        });
        return DescribeClusterResponse.newBuilder()
                .setClusterId(image.clusterId())
                .setControllerId(quorum.leader().map(QuorumStatus.Node::id).orElse(-1))
                .addAllBrokers(image.brokers().stream()
                        .sorted(Comparator.comparingInt(BrokerRegistration::id))
                        .map(broker -> describe(broker)
                                .setLeaders(leaders.getOrDefault(broker.id(), 0))
                                .setReplicas(replicas.getOrDefault(broker.id(), 0))
                                .build())
                        .toList())
                .setTopics(image.topics().size())
                .setPartitions((int) partitions(image.topics()).count())
                .setUnderReplicated(underReplicated(image.topics()))
                .setOffline(offline(image.topics()))
                .setIndex(image.index())
                .putAllFeatures(image.features())
                .addAllSupportedFeatures(ImageRecords.features(Features.SUPPORTED))
                .build();
    }

    static DescribeQuorumResponse quorum(QuorumStatus status) {
        return DescribeQuorumResponse.newBuilder()
                .setLeaderId(status.leader().map(QuorumStatus.Node::id).orElse(-1))
                .setTerm(status.term())
                .setAnsweringNodeId(status.nodeId())
                .addAllNodes(status.members().stream()
                        .map(member -> QuorumNodeDescription.newBuilder()
                                .setNodeId(member.node().id())
                                .setPeerAddress(member.node().peerAddress())
                                .setRpcAddress(member.node().rpcAddress())
                                .setMatchIndex(member.matchIndex())
                                .setLastContactMs(member.lastContactMillis())
                                .build())
                        .toList())
                .setCommittedIndex(status.committedIndex())
                .setAppliedIndex(status.appliedIndex())
                .setSnapshotIndex(status.snapshotIndex())
                .build();
    }

    /** @param of the names that an entity has to have; without any: all entities */
    static DescribeClientQuotasResponse quotas(MetadataImage image, QuotaEntity of) {
        DescribeClientQuotasResponse.Builder response =
                DescribeClientQuotasResponse.newBuilder().setIndex(image.index());
        image.clientQuotas().entities().stream()
                .filter(each -> (!of.hasUser() || each.user().equals(Optional.of(of.getUser())))
                        && (!of.hasClientId() || each.clientId().equals(Optional.of(of.getClientId())))
                        && (!of.hasIp() || each.ip().equals(Optional.of(of.getIp()))))
                .forEach(each -> response.addQuotas(ClientQuotaDescription.newBuilder()
                        .setEntity(ImageRecords.proto(each))
                        .putAllLimits(image.clientQuotas().of(each))));
        return response.build();
    }

    static ListReassignmentsResponse reassignments(MetadataImage image) {
        ListReassignmentsResponse.Builder response =
                ListReassignmentsResponse.newBuilder().setIndex(image.index());
        image.moving().stream()
                .map(id -> ongoing(image, id))
                .sorted(Comparator.comparing(OngoingReassignment::getTopic)
                        .thenComparing(OngoingReassignment::getPartition))
                .forEach(response::addPartitions);
        return response.build();
    }

    static ListConfigsResponse configs(MetadataImage image) {
        return ListConfigsResponse.newBuilder()
                .addAllResources(Arrays.stream(ConfigResource.Type.values())
                        .flatMap(type -> image.configured(type).stream()
                                .sorted()
                                .map(name -> configured(image, new ConfigResource(type, name))))
                        .toList())
                .setIndex(image.index())
                .build();
    }

    private static ConfiguredResource configured(MetadataImage image, ConfigResource resource) {
        ConfiguredResource.Builder configured = ConfiguredResource.newBuilder()
                .addAllKeys(image.config(resource).keySet().stream().sorted().toList());
        switch (resource.type()) {
            case TOPIC -> configured.setTopic(resource.name());
            case BROKER -> configured.setBroker(resource.name());
            case GROUP -> configured.setGroup(resource.name());
            case CLIENT_METRICS -> configured.setClientMetrics(resource.name());
        }
        return configured.build();
    }

    private static OngoingReassignment ongoing(MetadataImage image, PartitionId id) {
        PartitionState state = image.partition(id).orElseThrow();
        return OngoingReassignment.newBuilder()
                .setTopic(image.topic(id.topicId()).orElseThrow().name())
                .setPartition(id.partition())
                .addAllReplicas(state.replicas())
                .addAllAdding(state.adding())
                .addAllRemoving(state.removing())
                .addAllIsr(state.isr())
                .setBytesPerSecond(state.moveBytesPerSecond())
                .setLeader(state.leader())
                .build();
    }

    private static TopicSummary summary(MetadataImage image, EffectiveSettings settings, Topic topic) {
        int minInsync = settings.minInsync(image, topic);
        return TopicSummary.newBuilder()
                .setName(topic.name())
                .setTopicId(ImageRecords.bytes(topic.id()))
                .setPartitions(topic.partitions().size())
                .setReplicationFactor(
                        topic.partition(0).map(p -> p.replicas().size()).orElse(0))
                .setInternal(topic.internal())
                .setUnderReplicated(underReplicated(List.of(topic)))
                .setOffline(offline(List.of(topic)))
                .setUnderMinIsr(count(topic, p -> p.isr().size() < p.minIsr(minInsync)))
                .setAtMinIsr(count(topic, p -> p.isr().size() == p.minIsr(minInsync)))
                .setOverrides(image.config(ConfigResource.topic(topic.name())).size())
                .build();
    }

    private static int count(Topic topic, Predicate<PartitionState> which) {
        return (int) topic.partitions().stream().filter(which).count();
    }

    private static TopicDescription describe(MetadataImage image, EffectiveSettings settings, Topic topic) {
        TopicDescription.Builder description = TopicDescription.newBuilder()
                .setName(topic.name())
                .setTopicId(ImageRecords.bytes(topic.id()))
                .setInternal(topic.internal())
                .setMinInsyncReplicas(settings.minInsync(image, topic))
                .putAllConfigs(image.config(ConfigResource.topic(topic.name())));
        for (int p = 0; p < topic.partitions().size(); p++) {
            PartitionState state = topic.partitions().get(p);
            description.addPartitions(PartitionDescription.newBuilder()
                    .setPartition(p)
                    .setLeader(state.leader())
                    .setLeaderEpoch(state.leaderEpoch())
                    .setPartitionEpoch(state.partitionEpoch())
                    .addAllReplicas(state.replicas())
                    .addAllIsr(state.isr())
                    .addAllEligibleLeaders(state.eligibleLeaders())
                    .addAllAdding(state.adding())
                    .addAllRemoving(state.removing()));
        }
        return description.build();
    }

    private static BrokerDescription.Builder describe(BrokerRegistration broker) {
        return BrokerDescription.newBuilder()
                .setBrokerId(broker.id())
                .setBrokerEpoch(broker.epoch())
                .setFenced(broker.fenced())
                .setStanding(broker.standing().proto())
                .addAllListeners(
                        broker.listeners().stream().map(ImageRecords::proto).toList())
                .setRpc(ImageRecords.proto(broker.rpc()))
                .setRack(broker.rack().orElse(""))
                .addAllFeatures(ImageRecords.features(broker.features()));
    }

    private static int underReplicated(Collection<Topic> topics) {
        return (int)
                partitions(topics).filter(PartitionState::isUnderReplicated).count();
    }

    private static int offline(Collection<Topic> topics) {
        return (int) partitions(topics).filter(p -> !p.hasLeader()).count();
    }

    private static Stream<PartitionState> partitions(Collection<Topic> topics) {
        return topics.stream().flatMap(topic -> topic.partitions().stream());
    }
}
