package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of three real nodes are lost. */
class QuorumRecoveryTest {
    private static final Uuid TOPIC = Uuid.random(new SplittableRandom(3));

    @TempDir
    Path directory;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<Voter> all = TestNode.voters(4);
    private final Map<Integer, TestNode> nodes = new TreeMap<>();

    @AfterEach
    void stop() {
        nodes.values().forEach(TestNode::close);
    }

    @Test
    void theOneThatIsLeftGoesOnAloneAndTakesOthersIn() throws Exception {
        for (int id = 1; id <= 3; id++) {
            TestNode.format(config(id));
            start(id);
        }
        leader().propose(topic()).join();
        for (int i = 0; i < 130; i++) leader().write("key-" + i % 60, "x".repeat(50) + i);
        MetadataImage before = leader().log.image();
        for (TestNode node : nodes.values()) awaitImage(node, before);
        nodes.values().forEach(TestNode::close);
        nodes.clear();

        String record;
        try (QuorumRecovery recovery = QuorumRecovery.open(config(1))) {
            QuorumRecovery.Findings found = recovery.findings();
            assertThat(found.voters()).containsExactly(1, 2, 3);
            assertThat(found.lastIndex()).isGreaterThanOrEqualTo(before.index());
            assertThat(found.image()).isEqualTo(before);
            assertThatThrownBy(() -> TestNode.start(config(1), meters)).hasMessageContaining("in use");
            record = recovery.perform(new ManualClock(), new SplittableRandom(5));
        }
        assertThat(record).contains("node 1 of cluster test-cluster became the only voter; before: voters [1, 2, 3]");

        start(1);
        MetadataImage after = leader().log.image();
        assertThat(after.index()).isGreaterThanOrEqualTo(before.index() + SoleVoter.INDEX_GAP);
        assertThat(after.config(ConfigResource.brokers())).isEqualTo(before.config(ConfigResource.brokers()));
        assertThat(after.nextProducerId()).isEqualTo(before.nextProducerId() + SoleVoter.ID_GAP);
        assertThat(after.nextBrokerEpoch()).isEqualTo(before.nextBrokerEpoch() + SoleVoter.ID_GAP);
        assertThat(after.clusterId()).isEqualTo(before.clusterId());
        assertThat(after.history())
                .as("tells brokers that something may be forgotten")
                .isNotEqualTo(before.history());
        PartitionState partition = partition(after);
        assertThat(partition.leaderEpoch()).isEqualTo(partition(before).leaderEpoch() + SoleVoter.EPOCH_GAP);
        assertThat(partition.isr()).isEqualTo(partition(before).isr());
        assertThat(leader().log.changesAfter(before.index(), 10))
                .as("watchers take it anew")
                .isEmpty();
        leader().write("after", "recovery");

        QuorumDirectory.formatJoiner(config(4).directory(), TestNode.CLUSTER, 4, new SplittableRandom(4));
        start(4);
        assertThat(leader().log.membership().addVoter(all.get(3).node()).get(60, TimeUnit.SECONDS))
                .isEmpty();
        awaitImage(node(4), leader().log.image());

        // A lost node that comes back after all is told that it is out.
        start(2);
        Await.until(
                "node 2 is out",
                TestNode.SOON,
                () -> node(2).log.membership().standing().removed());
        leader().write("still", "fine");
        assertThat(leader().log.status().members())
                .extracting(QuorumStatus.Member::node)
                .extracting(QuorumStatus.Node::id)
                .containsExactlyInAnyOrder(1, 4);
        assertThat(nodes.values()).allSatisfy(node -> assertThat(node.faults).isEmpty());
    }

    @Test
    void whatIsNotCheckpointedIsReadFromTheLogAndNothingChangesBeforeItIsPerformed() {
        TestNode.format(config(1, 1));
        nodes.put(1, TestNode.start(config(1, 1), meters));
        for (int i = 0; i < 20; i++) leader().write("key-" + i, "value");
        MetadataImage before = leader().log.image();
        nodes.remove(1).close();
        for (int round = 0; round < 2; round++) {
            try (QuorumRecovery recovery = QuorumRecovery.open(config(1, 1))) {
                assertThat(recovery.findings().image()).isEqualTo(before);
            }
        }
        nodes.put(1, TestNode.start(config(1, 1), meters));
        leader();
        awaitImage(node(1), before);
    }

    @Test
    void whoHasNothingIsNotRecoveredFrom() {
        TestNode.format(config(1));
        assertThatThrownBy(() -> QuorumRecovery.open(config(1))).hasMessageContaining("nothing to recover");
        assertThatThrownBy(() -> QuorumRecovery.open(config(1))).hasMessageContaining("nothing to recover");
    }

    private static List<MetadataRecord> topic() {
        return List.of(
                MetadataRecord.newBuilder()
                        .setTopic(TopicRecord.newBuilder()
                                .setTopicId(ImageRecords.bytes(TOPIC))
                                .setName("orders"))
                        .build(),
                MetadataRecord.newBuilder()
                        .setPartition(PartitionRecord.newBuilder()
                                .setTopicId(ImageRecords.bytes(TOPIC))
                                .addReplicas(1)
                                .addIsr(1)
                                .setLeader(1)
                                .setLeaderEpoch(5))
                        .build());
    }

    private static PartitionState partition(MetadataImage image) {
        Topic topic = image.topic(TOPIC).orElseThrow();
        return topic.partition(0).orElseThrow();
    }

    private QuorumNodeConfig config(int id) {
        return config(id, 3);
    }

    private QuorumNodeConfig config(int id, int voters) {
        return TestNode.config(
                id, directory.resolve("node-" + id), id == 4 ? all : all.subList(0, voters), TestNode.TINY);
    }

    private void start(int id) {
        nodes.put(id, TestNode.start(config(id), meters));
    }

    private TestNode node(int id) {
        TestNode node = nodes.get(id);
        if (node == null) throw new AssertionError("node " + id + " does not run");
        return node;
    }

    private TestNode leader() {
        return Await.value(
                "a leader",
                TestNode.SOON,
                () -> nodes.values().stream()
                        .filter(node -> node.leadership != null)
                        .findFirst()
                        .orElse(null));
    }

    private static void awaitImage(TestNode node, MetadataImage image) {
        Await.until(
                "node " + node.config.nodeId() + " at " + image,
                TestNode.SOON,
                () -> node.log.image().equals(image));
    }
}
