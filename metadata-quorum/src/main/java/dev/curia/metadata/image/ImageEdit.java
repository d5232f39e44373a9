package dev.curia.metadata.image;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.metadata.acl.Acls;
import dev.curia.proto.metadata.v1.BrokerFencingRecord;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.BrokerStandingRecord;
import dev.curia.proto.metadata.v1.BrokerUnregistrationRecord;
import dev.curia.proto.metadata.v1.ClientQuotaRecord;
import dev.curia.proto.metadata.v1.ConfigRecord;
import dev.curia.proto.metadata.v1.FeatureLevelRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import dev.curia.proto.metadata.v1.PartitionRecord;
import dev.curia.proto.metadata.v1.ScramCredentialRecord;
import dev.curia.proto.metadata.v1.ScramCredentialRemovalRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.pcollections.TreePVector;

/** Replays records onto one image. Used once, by one thread. */
final class ImageEdit {
    private ClusterIdentity cluster;
    private PMap<Integer, BrokerRegistration> brokers;
    private PMap<Uuid, Topic> topics;
    private PMap<String, Uuid> topicIds;
    private PMap<ConfigResource, PMap<String, String>> configs;
    private PMap<String, Integer> features;
    private ClientQuotas clientQuotas;
    private ScramCredentials scram;
    private PSet<PartitionId> moving;
    private PSet<PartitionId> leaderless;
    private Optional<StopLease> stopLease;
    private Acls acls;
    private long nextProducerId;
    private long nextBrokerEpoch;

    private final Set<Integer> changedBrokers = new HashSet<>();
    private final Set<Uuid> createdTopics = new HashSet<>();
    private final Map<Uuid, Topic> removedTopics = new HashMap<>();
    private final Set<PartitionId> changedPartitions = new HashSet<>();
    private final Set<ConfigResource> changedConfigs = new HashSet<>();
    private final Set<QuotaEntity> changedQuotas = new HashSet<>();
    private final Set<String> changedScramUsers = new HashSet<>();
    private final Set<Acl> changedAcls = new HashSet<>();

    ImageEdit(MetadataImage base) {
        cluster = base.cluster;
        brokers = base.brokers;
        topics = base.topics;
        topicIds = base.topicIds;
        configs = base.configs;
        features = base.features;
        clientQuotas = base.clientQuotas;
        scram = base.scram;
        moving = base.moving;
        leaderless = base.leaderless;
        stopLease = base.stopLease;
        acls = base.acls;
        nextProducerId = base.nextProducerId;
        nextBrokerEpoch = base.nextBrokerEpoch;
    }

    MetadataImage.Applied apply(long newIndex, List<MetadataRecord> records) {
        records.forEach(this::replay);
        MetadataImage image = new MetadataImage(
                newIndex,
                cluster,
                brokers,
                topics,
                topicIds,
                configs,
                features,
                clientQuotas,
                scram,
                moving,
                leaderless,
                stopLease,
                acls,
                nextProducerId,
                nextBrokerEpoch,
                0); // by the caller, from the difference
        return new MetadataImage.Applied(
                image,
                new MetadataDelta(
                        changedBrokers,
                        createdTopics,
                        removedTopics,
                        changedPartitions,
                        changedConfigs,
                        changedQuotas,
                        changedScramUsers,
                        changedAcls));
    }

    private void replay(MetadataRecord record) {
        switch (record.getKindCase()) {
            case CLUSTER -> cluster = ImageRecords.cluster(record.getCluster());
            case BROKER_REGISTRATION -> register(record.getBrokerRegistration());
            case BROKER_FENCING -> fence(record.getBrokerFencing());
            case BROKER_UNREGISTRATION -> unregister(record.getBrokerUnregistration());
            case TOPIC -> create(record.getTopic());
            case TOPIC_REMOVAL ->
                remove(ImageRecords.uuid(record.getTopicRemoval().getTopicId()));
            case PARTITION -> partition(record.getPartition());
            case PARTITION_CHANGE -> change(record.getPartitionChange());
            case CONFIG -> config(record.getConfig());
            case PRODUCER_ID_BLOCK ->
                nextProducerId = record.getProducerIdBlock().getNextProducerId();
            case FEATURE_LEVEL -> feature(record.getFeatureLevel());
            case CLIENT_QUOTA -> quota(record.getClientQuota());
            case SCRAM_CREDENTIAL -> scram(record.getScramCredential());
            case SCRAM_CREDENTIAL_REMOVAL -> scram(record.getScramCredentialRemoval());
            case BROKER_STANDING -> stand(record.getBrokerStanding());
            case BROKER_EVENTS -> {} // for the journal
            case STOP_LEASE -> stopLease = ImageRecords.stopLease(record.getStopLease());
            case ACL -> acl(AclMessages.acl(record.getAcl().getEntry()), true);
            case ACL_REMOVAL -> acl(AclMessages.acl(record.getAclRemoval().getEntry()), false);
            case KIND_NOT_SET ->
                throw new IllegalStateException(
                        "a metadata record of a kind that this version does not know; upgrade this node");
        }
    }

    private void register(BrokerRegistrationRecord record) {
        BrokerRegistration broker = ImageRecords.broker(record);
        brokers = brokers.plus(broker.id(), broker);
        nextBrokerEpoch = Math.max(nextBrokerEpoch, broker.epoch() + 1);
        changedBrokers.add(broker.id());
    }

    private void fence(BrokerFencingRecord record) {
        BrokerRegistration broker = brokers.get(record.getBrokerId());
        if (broker == null || broker.epoch() != record.getBrokerEpoch()) {
            throw new IllegalStateException("fencing of broker " + record.getBrokerId() + " epoch "
                    + record.getBrokerEpoch() + ", but registered is " + broker);
        }
        brokers = brokers.plus(broker.id(), broker.withFenced(record.getFenced()));
        changedBrokers.add(broker.id());
    }

    private void unregister(BrokerUnregistrationRecord record) {
        // Kept when the broker goes, or its epoch could be given again.
        nextBrokerEpoch = Math.max(nextBrokerEpoch, record.getBrokerEpoch() + 1);
        if (!brokers.containsKey(record.getBrokerId())) return;
        brokers = brokers.minus(record.getBrokerId());
        changedBrokers.add(record.getBrokerId());
    }

    private void stand(BrokerStandingRecord record) {
        BrokerRegistration broker = brokers.get(record.getBrokerId());
        if (broker == null) {
            throw new IllegalStateException("standing of broker " + record.getBrokerId() + ", which is not registered");
        }
        brokers = brokers.plus(broker.id(), broker.withStanding(Standing.of(record.getStanding())));
        changedBrokers.add(broker.id());
    }

    private void create(TopicRecord record) {
        Uuid id = ImageRecords.uuid(record.getTopicId());
        topics = topics.plus(id, new Topic(id, record.getName(), record.getInternal(), TreePVector.empty()));
        topicIds = topicIds.plus(record.getName(), id);
        createdTopics.add(id);
    }

    private void remove(Uuid id) {
        Topic topic = existing(id);
        topics = topics.minus(id);
        topicIds = topicIds.minus(topic.name());
        ConfigResource resource = ConfigResource.topic(topic.name());
        if (configs.containsKey(resource)) changedConfigs.add(resource);
        configs = configs.minus(resource);
        changedPartitions.removeIf(partition -> partition.topicId().equals(id));
        for (int p = 0; p < topic.partitions().size(); p++) {
            moving = moving.minus(new PartitionId(id, p));
            leaderless = leaderless.minus(new PartitionId(id, p));
        }
        if (!createdTopics.remove(id)) removedTopics.put(id, topic);
    }

    private void partition(PartitionRecord record) {
        set(
                existing(ImageRecords.uuid(record.getTopicId())),
                record.getPartition(),
                ImageRecords.partitionState(record));
    }

    private void change(PartitionChangeRecord record) {
        Topic topic = existing(ImageRecords.uuid(record.getTopicId()));
        PartitionState old = topic.partition(record.getPartition())
                .orElseThrow(() -> new IllegalStateException(
                        "change of unknown partition " + topic.name() + "-" + record.getPartition()));
        set(topic, record.getPartition(), ImageRecords.changed(old, record));
    }

    private void set(Topic topic, int partition, PartitionState state) {
        topics = topics.plus(topic.id(), topic.with(partition, state));
        PartitionId id = new PartitionId(topic.id(), partition);
        changedPartitions.add(id);
        moving = state.isMoving() ? moving.plus(id) : moving.minus(id);
        leaderless = state.hasLeader() ? leaderless.minus(id) : leaderless.plus(id);
    }

    private void config(ConfigRecord record) {
        ConfigResource resource = ImageRecords.configResource(record);
        PMap<String, String> values = configs.getOrDefault(resource, HashTreePMap.empty());
        values = record.hasValue() ? values.plus(record.getKey(), record.getValue()) : values.minus(record.getKey());
        configs = values.isEmpty() ? configs.minus(resource) : configs.plus(resource, values);
        changedConfigs.add(resource);
    }

    private void quota(ClientQuotaRecord record) {
        QuotaEntity entity = ImageRecords.quotaEntity(record.getEntity());
        clientQuotas = clientQuotas.with(entity, record.getKey(), record.hasValue() ? record.getValue() : null);
        changedQuotas.add(entity);
    }

    private void feature(FeatureLevelRecord record) {
        features = record.getLevel() == 0
                ? features.minus(record.getName())
                : features.plus(record.getName(), record.getLevel());
    }

    private void scram(ScramCredentialRecord record) {
        scram = scram.with(record);
        changedScramUsers.add(record.getUser());
    }

    private void scram(ScramCredentialRemovalRecord record) {
        scram = scram.without(record);
        changedScramUsers.add(record.getUser());
    }

    private void acl(Acl acl, boolean present) {
        if (acls.contains(acl) == present) return;
        acls = present ? acls.plus(acl) : acls.minus(acl);
        if (!changedAcls.remove(acl)) changedAcls.add(acl);
    }

    private Topic existing(Uuid id) {
        Topic topic = topics.get(id);
        if (topic == null) throw new IllegalStateException("a record of unknown topic " + id);
        return topic;
    }
}
