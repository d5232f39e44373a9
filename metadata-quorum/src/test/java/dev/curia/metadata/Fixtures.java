package dev.curia.metadata;

import com.google.protobuf.ByteString;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.decide.BrokerDecisions;
import dev.curia.metadata.decide.Cause;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.PartitionDecisions;
import dev.curia.metadata.decide.ReplicaHealth;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.ClusterIdentity;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionRecord;
import dev.curia.proto.metadata.v1.Register;
import dev.curia.proto.metadata.v1.TopicRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Records, images and requests that many tests begin with. */
public final class Fixtures {
    public static final String CLUSTER = "test-cluster";

    /** All that brokers hold is usable, as far as the controller knows. */
    public static final ReplicaHealth ALL_ONLINE = (broker, partition) -> true;

    /** Settings of topics have their defaults. */
    public static final TopicDefaults DEFAULTS = new TopicDefaults(1, 1, Map.of());

    public static final BrokerDecisions BROKERS = new BrokerDecisions(DEFAULTS);
    public static final PartitionDecisions PARTITIONS = new PartitionDecisions(DEFAULTS);

    public static final Cause CAUSE = new Cause(CauseKind.REQUESTED, "test");

    private Fixtures() {}

    public static Uuid incarnation(int n) {
        return new Uuid(77, n);
    }

    public static MetadataRecord broker(int id, String rack, boolean fenced) {
        return MetadataRecord.newBuilder()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(100 + id)
                        .setIncarnationId(ImageRecords.bytes(incarnation(id)))
                        .setRpc(endpoint(9095))
                        .setRack(rack)
                        .setFenced(fenced))
                .build();
    }

    /** A named cluster with brokers 1 to n, all alive, with epochs 101 to 100+n. */
    public static MetadataImage cluster(int brokers) {
        List<MetadataRecord> records = new ArrayList<>();
        records.add(ImageRecords.clusterRecord(ClusterIdentity.first(CLUSTER)));
        for (int id = 1; id <= brokers; id++) records.add(broker(id, "", false));
        return MetadataImage.EMPTY.apply(0, records).image();
    }

    public static <R> MetadataImage after(MetadataImage image, Decision<R> decision) {
        return image.apply(image.index() + 1, decision.records()).image();
    }

    public static CreateTopicsRequest createTopic(String name, int partitions, int replicationFactor) {
        return CreateTopicsRequest.newBuilder()
                .addTopics(NewTopic.newBuilder()
                        .setName(name)
                        .setPartitions(partitions)
                        .setReplicationFactor(replicationFactor))
                .build();
    }

    public static Register register(int id, int incarnation) {
        return Register.newBuilder()
                .setClusterId(CLUSTER)
                .setBrokerId(id)
                .setIncarnationId(ImageRecords.bytes(incarnation(incarnation)))
                .setRpc(endpoint(9095))
                .addLogDirIds(ByteString.copyFrom(new byte[16]))
                .setBrokerEpoch(-1)
                .setPreviousBrokerEpoch(-1)
                .addAllFeatures(ImageRecords.features(Features.SUPPORTED))
                .build();
    }

    public static PartitionState partition(MetadataImage image, String topic, int partition) {
        return image.topic(topic).orElseThrow().partition(partition).orElseThrow();
    }

    private static Endpoint endpoint(int port) {
        return Endpoint.newBuilder()
                .setListener("RPC")
                .setHost("127.0.0.1")
                .setPort(port)
                .setSecurityProtocol("PLAINTEXT")
                .build();
    }

    /** Records of a topic with these replicas, all in sync and the first one leading. */
    public static List<MetadataRecord> topicRecords(String name, List<List<Integer>> replicas) {
        Uuid id = new Uuid(99, name.hashCode());
        List<MetadataRecord> records = new ArrayList<>();
        records.add(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(ImageRecords.bytes(id))
                        .setName(name))
                .build());
        for (int p = 0; p < replicas.size(); p++) {
            records.add(MetadataRecord.newBuilder()
                    .setPartition(PartitionRecord.newBuilder()
                            .setTopicId(ImageRecords.bytes(id))
                            .setPartition(p)
                            .addAllReplicas(replicas.get(p))
                            .addAllIsr(replicas.get(p))
                            .setLeader(replicas.get(p).get(0)))
                    .build());
        }
        return records;
    }

    public static MetadataImage withTopic(MetadataImage image, String name, List<List<Integer>> replicas) {
        return image.apply(image.index() + 1, topicRecords(name, replicas)).image();
    }
}
