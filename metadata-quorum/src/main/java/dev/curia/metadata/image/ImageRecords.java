package dev.curia.metadata.image;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.common.v1.FeatureRange;
import dev.curia.proto.metadata.v1.AclRecord;
import dev.curia.proto.metadata.v1.AclRemovalRecord;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.BrokerUnregistrationRecord;
import dev.curia.proto.metadata.v1.ClientQuotaRecord;
import dev.curia.proto.metadata.v1.ClusterRecord;
import dev.curia.proto.metadata.v1.ConfigRecord;
import dev.curia.proto.metadata.v1.FeatureLevelRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import dev.curia.proto.metadata.v1.PartitionRecord;
import dev.curia.proto.metadata.v1.ProducerIdBlockRecord;
import dev.curia.proto.metadata.v1.ResourceType;
import dev.curia.proto.metadata.v1.StopLeaseRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Between the model and its records. Pure. */
public final class ImageRecords {
    private ImageRecords() {}

    public static Uuid uuid(ByteString bytes) {
        return Uuid.fromBytes(bytes.toByteArray());
    }

    public static ByteString bytes(Uuid uuid) {
        return UnsafeByteOperations.unsafeWrap(uuid.toBytes());
    }

    public static ServerEndpoint endpoint(Endpoint e) {
        return new ServerEndpoint(e.getListener(), e.getHost(), e.getPort(), e.getSecurityProtocol());
    }

    public static Endpoint proto(ServerEndpoint e) {
        return Endpoint.newBuilder()
                .setListener(e.listener())
                .setHost(e.host())
                .setPort(e.port())
                .setSecurityProtocol(e.securityProtocol())
                .build();
    }

    static BrokerRegistration broker(BrokerRegistrationRecord r) {
        return new BrokerRegistration(
                r.getBrokerId(),
                r.getBrokerEpoch(),
                uuid(r.getIncarnationId()),
                r.getListenersList().stream().map(ImageRecords::endpoint).toList(),
                endpoint(r.getRpc()),
                Optional.of(r.getRack()).filter(rack -> !rack.isEmpty()),
                r.getLogDirIdsList().stream().map(ImageRecords::uuid).toList(),
                r.getFenced(),
                Standing.of(r.getStanding()),
                ranges(r.getFeaturesList()));
    }

    static BrokerRegistrationRecord proto(BrokerRegistration b) {
        return BrokerRegistrationRecord.newBuilder()
                .setBrokerId(b.id())
                .setBrokerEpoch(b.epoch())
                .setIncarnationId(bytes(b.incarnationId()))
                .addAllListeners(b.listeners().stream().map(ImageRecords::proto).toList())
                .setRpc(proto(b.rpc()))
                .setRack(b.rack().orElse(""))
                .addAllLogDirIds(b.logDirIds().stream().map(ImageRecords::bytes).toList())
                .setFenced(b.fenced())
                .setStanding(b.standing().proto())
                .addAllFeatures(features(b.features()))
                .build();
    }

    /** @throws IllegalArgumentException when one of them is no range */
    public static Map<String, LevelRange> ranges(List<FeatureRange> features) {
        Map<String, LevelRange> ranges = new HashMap<>();
        features.forEach(each -> ranges.put(each.getName(), new LevelRange(each.getMinLevel(), each.getMaxLevel())));
        return ranges;
    }

    /** By name, without those of which nothing is supported. */
    public static List<FeatureRange> features(Map<String, LevelRange> ranges) {
        return ranges.entrySet().stream()
                .filter(feature -> feature.getValue().max() > 0)
                .sorted(Map.Entry.comparingByKey())
                .map(feature -> FeatureRange.newBuilder()
                        .setName(feature.getKey())
                        .setMinLevel(feature.getValue().min())
                        .setMaxLevel(feature.getValue().max())
                        .build())
                .toList();
    }

    static ConfigResource configResource(ConfigRecord r) {
        return switch (r.getResourceType()) {
            case TOPIC -> ConfigResource.topic(r.getResourceName());
            case BROKER -> new ConfigResource(ConfigResource.Type.BROKER, r.getResourceName());
            case CLIENT_METRICS -> ConfigResource.clientMetrics(r.getResourceName());
            case GROUP -> ConfigResource.group(r.getResourceName());
            case RESOURCE_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalStateException("a config record of unknown resource type " + r.getResourceTypeValue());
        };
    }

    public static ConfigRecord.Builder config(ConfigResource resource, String key) {
        return ConfigRecord.newBuilder()
                .setResourceType(
                        switch (resource.type()) {
                            case TOPIC -> ResourceType.TOPIC;
                            case BROKER -> ResourceType.BROKER;
                            case CLIENT_METRICS -> ResourceType.CLIENT_METRICS;
                            case GROUP -> ResourceType.GROUP;
                        })
                .setResourceName(resource.name())
                .setKey(key);
    }

    public static PartitionRecord.Builder partition(Uuid topicId, int partition, PartitionState state) {
        return PartitionRecord.newBuilder()
                .setTopicId(bytes(topicId))
                .setPartition(partition)
                .addAllReplicas(state.replicas())
                .addAllIsr(state.isr())
                .addAllEligibleLeaders(state.eligibleLeaders())
                .addAllLastKnownEligible(state.lastKnownEligible())
                .setLeader(state.leader())
                .setLeaderEpoch(state.leaderEpoch())
                .setPartitionEpoch(state.partitionEpoch())
                .addAllAdding(state.adding())
                .addAllRemoving(state.removing())
                .setMoveBytesPerSecond(state.moveBytesPerSecond());
    }

    static ClusterIdentity cluster(ClusterRecord record) {
        return new ClusterIdentity(record.getClusterId(), record.getHistory());
    }

    public static MetadataRecord clusterRecord(ClusterIdentity cluster) {
        return MetadataRecord.newBuilder()
                .setCluster(
                        ClusterRecord.newBuilder().setClusterId(cluster.id()).setHistory(cluster.history()))
                .build();
    }

    public static MetadataRecord featureRecord(String name, int level) {
        return MetadataRecord.newBuilder()
                .setFeatureLevel(FeatureLevelRecord.newBuilder().setName(name).setLevel(level))
                .build();
    }

    public static MetadataRecord brokerRecord(BrokerRegistration broker) {
        return MetadataRecord.newBuilder().setBrokerRegistration(proto(broker)).build();
    }

    /** The topic without its partitions. */
    public static MetadataRecord topicRecord(Topic topic) {
        return MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(bytes(topic.id()))
                        .setName(topic.name())
                        .setInternal(topic.internal()))
                .build();
    }

    public static MetadataRecord partitionRecord(Uuid topicId, int partition, PartitionState state) {
        return MetadataRecord.newBuilder()
                .setPartition(partition(topicId, partition, state))
                .build();
    }

    public static MetadataRecord configRecord(ConfigResource resource, String key, String value) {
        return MetadataRecord.newBuilder()
                .setConfig(config(resource, key).setValue(value))
                .build();
    }

    /** Back to the default. */
    public static MetadataRecord configRemovalRecord(ConfigResource resource, String key) {
        return MetadataRecord.newBuilder().setConfig(config(resource, key)).build();
    }

    /** @throws IllegalArgumentException when it names nobody, or an address and somebody else */
    public static QuotaEntity quotaEntity(dev.curia.proto.common.v1.QuotaEntity e) {
        return new QuotaEntity(
                e.hasUser() ? Optional.of(e.getUser()) : Optional.empty(),
                e.hasClientId() ? Optional.of(e.getClientId()) : Optional.empty(),
                e.hasIp() ? Optional.of(e.getIp()) : Optional.empty());
    }

    public static dev.curia.proto.common.v1.QuotaEntity proto(QuotaEntity e) {
        dev.curia.proto.common.v1.QuotaEntity.Builder entity = dev.curia.proto.common.v1.QuotaEntity.newBuilder();
        e.user().ifPresent(entity::setUser);
        e.clientId().ifPresent(entity::setClientId);
        e.ip().ifPresent(entity::setIp);
        return entity.build();
    }

    /** All limits of the entity. */
    static Stream<MetadataRecord> quotaRecords(ClientQuotas quotas, QuotaEntity entity) {
        return quotas.of(entity).entrySet().stream()
                .map(limit -> quotaRecord(entity, limit.getKey(), limit.getValue()));
    }

    public static MetadataRecord quotaRecord(QuotaEntity entity, String key, double value) {
        return MetadataRecord.newBuilder()
                .setClientQuota(ClientQuotaRecord.newBuilder()
                        .setEntity(proto(entity))
                        .setKey(key)
                        .setValue(value))
                .build();
    }

    /** No limit of this kind any more. */
    public static MetadataRecord quotaRemovalRecord(QuotaEntity entity, String key) {
        return MetadataRecord.newBuilder()
                .setClientQuota(
                        ClientQuotaRecord.newBuilder().setEntity(proto(entity)).setKey(key))
                .build();
    }

    public static MetadataRecord aclRecord(Acl acl) {
        return MetadataRecord.newBuilder()
                .setAcl(AclRecord.newBuilder().setEntry(AclMessages.entry(acl)))
                .build();
    }

    public static MetadataRecord aclRemovalRecord(Acl acl) {
        return MetadataRecord.newBuilder()
                .setAclRemoval(AclRemovalRecord.newBuilder().setEntry(AclMessages.entry(acl)))
                .build();
    }

    /** Sets {@link MetadataImage#nextProducerId()}. */
    public static MetadataRecord producerIdRecord(long nextProducerId) {
        return MetadataRecord.newBuilder()
                .setProducerIdBlock(ProducerIdBlockRecord.newBuilder()
                        .setBrokerId(-1)
                        .setBrokerEpoch(-1)
                        .setNextProducerId(nextProducerId))
                .build();
    }

    /** Raises {@link MetadataImage#nextBrokerEpoch()}: no broker, but the epoch before it is used up. */
    public static MetadataRecord brokerEpochRecord(long nextBrokerEpoch) {
        return MetadataRecord.newBuilder()
                .setBrokerUnregistration(
                        BrokerUnregistrationRecord.newBuilder().setBrokerId(-1).setBrokerEpoch(nextBrokerEpoch - 1))
                .build();
    }

    static Optional<StopLease> stopLease(StopLeaseRecord r) {
        return r.getId() == 0
                ? Optional.empty()
                : Optional.of(new StopLease(r.getId(), r.getBrokerId(), r.getBrokerEpoch(), r.getDurationMs()));
    }

    public static MetadataRecord stopLeaseRecord(StopLease lease) {
        return MetadataRecord.newBuilder()
                .setStopLease(StopLeaseRecord.newBuilder()
                        .setId(lease.id())
                        .setBrokerId(lease.brokerId())
                        .setBrokerEpoch(lease.brokerEpoch())
                        .setDurationMs(lease.durationMillis()))
                .build();
    }

    /** Ends whatever lease there is. */
    public static MetadataRecord stopLeaseEndRecord() {
        return MetadataRecord.newBuilder()
                .setStopLease(StopLeaseRecord.getDefaultInstance())
                .build();
    }

    static List<MetadataRecord> of(MetadataImage image) {
        List<MetadataRecord> records = new ArrayList<>();
        if (!image.clusterId().isEmpty()) records.add(clusterRecord(image.cluster));
        image.features.forEach((name, level) -> records.add(featureRecord(name, level)));
        records.add(brokerEpochRecord(image.nextBrokerEpoch));
        image.brokers.values().forEach(broker -> records.add(brokerRecord(broker)));
        image.topics.values().forEach(topic -> {
            records.add(topicRecord(topic));
            for (int p = 0; p < topic.partitions().size(); p++) {
                records.add(partitionRecord(topic.id(), p, topic.partitions().get(p)));
            }
        });
        image.configs.forEach(
                (resource, values) -> values.forEach((key, value) -> records.add(configRecord(resource, key, value))));
        image.clientQuotas
                .entities()
                .forEach(entity -> quotaRecords(image.clientQuotas, entity).forEach(records::add));
        records.add(producerIdRecord(image.nextProducerId));
        image.scram.records().forEach(records::add);
        image.stopLease.ifPresent(lease -> records.add(stopLeaseRecord(lease)));
        image.acls.all().forEach(acl -> records.add(aclRecord(acl)));
        return records;
    }

    /** What the record sets. */
    public static PartitionState partitionState(PartitionRecord record) {
        return new PartitionState(
                record.getReplicasList(),
                record.getIsrList(),
                record.getEligibleLeadersList(),
                record.getLastKnownEligibleList(),
                record.getLeader(),
                record.getLeaderEpoch(),
                record.getPartitionEpoch(),
                record.getAddingList(),
                record.getRemovingList(),
                record.getMoveBytesPerSecond());
    }

    /** What the record makes of {@code old}. */
    public static PartitionState changed(PartitionState old, PartitionChangeRecord record) {
        return new PartitionState(
                record.hasReplicas() ? record.getReplicas().getIdsList() : old.replicas(),
                record.hasIsr() ? record.getIsr().getIdsList() : old.isr(),
                record.hasEligibleLeaders() ? record.getEligibleLeaders().getIdsList() : old.eligibleLeaders(),
                record.hasLastKnownEligible() ? record.getLastKnownEligible().getIdsList() : old.lastKnownEligible(),
                record.hasLeader() ? record.getLeader() : old.leader(),
                record.hasLeader() ? old.leaderEpoch() + 1 : old.leaderEpoch(),
                old.partitionEpoch() + 1,
                record.hasAdding() ? record.getAdding().getIdsList() : old.adding(),
                record.hasRemoving() ? record.getRemoving().getIdsList() : old.removing(),
                record.hasMoveBytesPerSecond() ? record.getMoveBytesPerSecond() : old.moveBytesPerSecond());
    }
}
