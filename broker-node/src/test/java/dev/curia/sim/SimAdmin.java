package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.Reassignment;
import java.time.Duration;
import java.util.List;

/** Somebody who administers the cluster. Asks once; what comes of it is seen in the metadata. */
final class SimAdmin {
    private static final String MIN_INSYNC = "min.insync.replicas";

    private final SimCluster cluster;
    private final SimProcess process;
    private final QuorumClient quorum;

    SimAdmin(SimCluster cluster) {
        this.cluster = cluster;
        this.process = cluster.newProcess(Simulation.CLIENT_HOST);
        QuorumChannels channels = new QuorumChannels(to -> new SimChannel(cluster.network, process, to));
        this.quorum = new QuorumClient(
                channels,
                SimQuorumNode.addresses(),
                Duration.ofSeconds(5),
                process.loop("admin"),
                process,
                process.random.split());
    }

    /** When all brokers are there. */
    void createTopic(boolean fsynced) {
        if (cluster.raft.committed().topic(SimCluster.TOPIC).isPresent()) return;
        NewTopic topic = NewTopic.newBuilder()
                .setName(SimCluster.TOPIC)
                .setPartitions(cluster.partitions().size())
                .setReplicationFactor(3)
                .putConfigs(MIN_INSYNC, "2")
                .putConfigs("curia.durability", fsynced ? "fsynced" : "written")
                .build();
        long alive = cluster.raft.committed().brokers().stream()
                .filter(broker -> !broker.fenced())
                .map(BrokerRegistration::id)
                .count();
        if (alive == cluster.brokerCount()) {
            var unused = quorum.createTopics(
                    CreateTopicsRequest.newBuilder().addTopics(topic).build());
        }
        process.after(World.SECONDS, () -> createTopic(fsynced));
    }

    /** @param replicas none: back to where it was */
    void move(TopicPartition partition, List<Integer> replicas) {
        process.after(0, () -> {
            var unused = quorum.alterReassignments(AlterReassignmentsRequest.newBuilder()
                    .addPartitions(Reassignment.newBuilder()
                            .setTopic(partition.topic())
                            .setPartition(partition.partition())
                            .addAllReplicas(replicas))
                    .build());
        });
    }

    void electPreferred() {
        process.after(0, () -> {
            var unused = quorum.electLeaders(
                    ElectLeadersRequest.newBuilder().setAll(true).build());
        });
    }

    void requireInSync(int replicas) {
        process.after(0, () -> {
            var unused = quorum.alterConfigs(AlterConfigsRequest.newBuilder()
                    .addAlterations(ConfigAlteration.newBuilder()
                            .setTopic(SimCluster.TOPIC)
                            .addChanges(
                                    ConfigChange.newBuilder().setKey(MIN_INSYNC).setValue("" + replicas)))
                    .build());
        });
    }
}
