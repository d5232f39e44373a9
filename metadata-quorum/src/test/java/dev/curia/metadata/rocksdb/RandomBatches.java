package dev.curia.metadata.rocksdb;

import com.google.protobuf.ByteString;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ClusterIdentity;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.LevelRange;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.ScramCredential;
import dev.curia.metadata.image.ScramCredentials;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.StopLease;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.common.v1.ScramMechanism;
import dev.curia.proto.metadata.v1.BrokerFencingRecord;
import dev.curia.proto.metadata.v1.BrokerSet;
import dev.curia.proto.metadata.v1.BrokerUnregistrationRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import dev.curia.proto.metadata.v1.TopicRemovalRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.pcollections.TreePVector;

/** Batches of records that fit an image, of every kind, from a random source. */
final class RandomBatches {
    private final SplittableRandom random;

    RandomBatches(SplittableRandom random) {
        this.random = random;
    }

    List<MetadataRecord> next(MetadataImage image) {
        List<MetadataRecord> records = new ArrayList<>();
        MetadataImage now = image;
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            List<MetadataRecord> more = records(now);
            records.addAll(more);
            now = now.apply(now.index(), more).image();
        }
        return records;
    }

    private List<MetadataRecord> records(MetadataImage image) {
        return switch (random.nextInt(13)) {
            case 0 ->
                List.of(ImageRecords.clusterRecord(
                        new ClusterIdentity("cluster-" + random.nextInt(2), "history-" + random.nextInt(2))));
            case 1 -> List.of(ImageRecords.brokerRecord(broker(image)));
            case 2 -> fenceOrUnregister(image);
            case 3 -> createTopic();
            case 4 -> removeTopic(image);
            case 5 -> changePartition(image);
            case 6 -> config(image);
            case 8 ->
                List.of(
                        random.nextBoolean()
                                ? ImageRecords.stopLeaseEndRecord()
                                : ImageRecords.stopLeaseRecord(
                                        new StopLease(1 + random.nextInt(5), random.nextInt(4), 7, 1000)));
            case 9 -> quota();
            case 10 -> List.of(scram());
            case 7 -> List.of(ImageRecords.producerIdRecord(image.nextProducerId() + 1000));
            case 11 -> acl(image);
            default -> List.of(ImageRecords.featureRecord("feature-" + random.nextInt(3), random.nextInt(3)));
        };
    }

    private BrokerRegistration broker(MetadataImage image) {
        return new BrokerRegistration(
                random.nextInt(4),
                image.nextBrokerEpoch(),
                Uuid.random(random),
                List.of(new ServerEndpoint("PLAINTEXT", "host", 9092, "PLAINTEXT")),
                new ServerEndpoint("RPC", "host", 9095, "PLAINTEXT"),
                random.nextBoolean() ? Optional.of("rack") : Optional.empty(),
                List.of(Uuid.random(random)),
                random.nextBoolean(),
                pick(List.of(Standing.values())),
                Map.of("feature-" + random.nextInt(3), new LevelRange(0, 1 + random.nextInt(3))));
    }

    private List<MetadataRecord> fenceOrUnregister(MetadataImage image) {
        if (image.brokers().isEmpty()) return List.of();
        BrokerRegistration broker = pick(List.copyOf(image.brokers()));
        if (random.nextBoolean()) {
            return List.of(MetadataRecord.newBuilder()
                    .setBrokerFencing(BrokerFencingRecord.newBuilder()
                            .setBrokerId(broker.id())
                            .setBrokerEpoch(broker.epoch())
                            .setFenced(random.nextBoolean()))
                    .build());
        }
        return List.of(MetadataRecord.newBuilder()
                .setBrokerUnregistration(BrokerUnregistrationRecord.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch()))
                .build());
    }

    private List<MetadataRecord> createTopic() {
        Uuid id = Uuid.random(random);
        List<MetadataRecord> records = new ArrayList<>();
        records.add(ImageRecords.topicRecord(new Topic(id, "topic-" + id, random.nextBoolean(), TreePVector.empty())));
        int partitions = 1 + random.nextInt(3);
        for (int p = 0; p < partitions; p++) {
            records.add(ImageRecords.partitionRecord(
                    id, p, new PartitionState(List.of(0, 1, 2), List.of(0, 1), List.of(2), 0, 0, 0)));
        }
        return records;
    }

    private List<MetadataRecord> removeTopic(MetadataImage image) {
        if (image.topics().isEmpty()) return List.of();
        return List.of(MetadataRecord.newBuilder()
                .setTopicRemoval(TopicRemovalRecord.newBuilder()
                        .setTopicId(ImageRecords.bytes(
                                pick(List.copyOf(image.topics())).id())))
                .build());
    }

    private List<MetadataRecord> changePartition(MetadataImage image) {
        if (image.topics().isEmpty()) return List.of();
        Topic topic = pick(List.copyOf(image.topics()));
        return List.of(MetadataRecord.newBuilder()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(ImageRecords.bytes(topic.id()))
                        .setPartition(random.nextInt(topic.partitions().size()))
                        .setLeader(random.nextInt(3))
                        .setIsr(BrokerSet.newBuilder().addIds(0).addIds(2)))
                .build());
    }

    private List<MetadataRecord> quota() {
        String name = random.nextBoolean() ? QuotaEntity.DEFAULT : "same";
        QuotaEntity entity = pick(List.of(
                QuotaEntity.user(name),
                QuotaEntity.client(name),
                QuotaEntity.userClient(name, "same"),
                QuotaEntity.address(name)));
        String key = "key-" + random.nextInt(2);
        return List.of(
                random.nextInt(3) == 0
                        ? ImageRecords.quotaRemovalRecord(entity, key)
                        : ImageRecords.quotaRecord(entity, key, 1 + random.nextInt(3)));
    }

    private List<MetadataRecord> config(MetadataImage image) {
        ConfigResource resource = image.topics().isEmpty() || random.nextBoolean()
                ? pick(List.of(
                        ConfigResource.brokers(), ConfigResource.group("same"), ConfigResource.clientMetrics("same")))
                : ConfigResource.topic(pick(List.copyOf(image.topics())).name());
        String key = "key-" + random.nextInt(3);
        if (random.nextInt(3) == 0) {
            return List.of(MetadataRecord.newBuilder()
                    .setConfig(ImageRecords.config(resource, key))
                    .build());
        }
        return List.of(ImageRecords.configRecord(resource, key, "value-" + random.nextInt(10)));
    }

    private MetadataRecord scram() {
        String user = "user-" + random.nextInt(3);
        ScramMechanism mechanism = random.nextBoolean() ? ScramMechanism.SCRAM_SHA_256 : ScramMechanism.SCRAM_SHA_512;
        if (random.nextInt(3) == 0) return ScramCredentials.removalRecord(user, mechanism);
        ByteString bytes = ByteString.copyFrom(new byte[] {(byte) random.nextInt()});
        return ScramCredentials.record(
                user, mechanism, new ScramCredential(4096 + random.nextInt(3), bytes, bytes, bytes));
    }

    private List<MetadataRecord> acl(MetadataImage image) {
        if (image.acls().size() > 0 && random.nextInt(3) == 0) {
            return List.of(
                    ImageRecords.aclRemovalRecord(pick(List.copyOf(image.acls().all()))));
        }
        return List.of(ImageRecords.aclRecord(new Acl(
                pick(List.of(ResourceType.TOPIC, ResourceType.GROUP)),
                "name-" + random.nextInt(3),
                pick(List.of(PatternType.values())),
                Principal.user("user-" + random.nextInt(3)),
                Acl.WILDCARD,
                Operation.READ,
                pick(List.of(Permission.values())))));
    }

    private <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }
}
