package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Partitions move to other brokers while clients write to them. */
@Tag("slow")
class ReassignmentTest {
    private static final int BROKERS = 4;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS);

    private final Clients clients = Clients.of(CLUSTER);

    @AfterEach
    void heal() {
        CLUSTER.heal();
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-reassign-partitions: moves under load")
    void kafkaReassignPartitionsMovesEveryReplicaUnderLoad() throws IOException {
        String topic = "moved";
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.createTopic(topic, 1, 2, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync(topic, 2);
        List<Integer> before = clients.replicas(partition);
        List<Integer> others = others(before);
        try (Load load = Load.start(clients, topic, 1, 2)) {
            load.awaitProgress();
            load.resetGaps();
            assertThat(reassign("--execute", partition, others))
                    .contains("Successfully started partition reassignment");

            Await.until(
                    "it moved",
                    Clients.PATIENCE,
                    () -> clients.replicas(partition).equals(others));
            clients.awaitInSync(topic, 2);
            load.awaitProgress();
            Figures.report(
                    "a partition moves to other brokers, longest time without an acknowledgement", load.longestGap());
            clients.awaitLeader(partition, others::contains);
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
        }
        for (int broker : before) awaitGone(broker, partition);
        awaitEqual(partition, others);
    }

    @Test
    void aMoveToABrokerThatIsDownIsStopped() throws IOException {
        String topic = "stopped";
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.createTopic(topic, 1, 2, Map.of());
        clients.awaitInSync(topic, 2);
        clients.send(topic, "a", "b");
        List<Integer> before = clients.replicas(partition);
        int down = others(before).get(0);
        CLUSTER.broker(down).kill();
        Curia curia = Curia.forCluster(CLUSTER);

        curia.run("partitions", "reassign", topic, "-p", "0", "--replicas", before.get(0) + "," + down);

        assertThat(curia.run("partitions", "moves").text()).contains(topic, before.get(0) + "," + down);
        try (Admin admin = clients.admin()) {
            Map<TopicPartition, PartitionReassignment> moves =
                    Clients.get(admin.listPartitionReassignments().reassignments());
            assertThat(moves).containsOnlyKeys(partition);
            PartitionReassignment move = Objects.requireNonNull(moves.get(partition));
            assertThat(move.addingReplicas()).containsExactly(down);
            assertThat(move.removingReplicas()).containsExactly(before.get(1));
            clients.send(topic, "c");

            Clients.get(admin.alterPartitionReassignments(Map.of(partition, Optional.empty()))
                    .all());
            Await.until(
                    "the move is stopped",
                    Clients.PATIENCE,
                    () -> Clients.get(admin.listPartitionReassignments().reassignments())
                                    .isEmpty()
                            && clients.replicas(partition).equals(before));
        }
        CLUSTER.broker(down).startAndAwaitReady();
        assertThat(Text.values(clients.readAll(topic))).containsExactly("a", "b", "c");
        awaitGone(down, partition);
    }

    @Test
    void aReplicaIsAddedAndTakenAway() {
        String topic = "resized";
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.createTopic(topic, 1, 1, Map.of());
        clients.send(topic, "a", "b");
        int first = clients.replicas(partition).get(0);
        int second = others(List.of(first)).get(0);
        try (Admin admin = clients.admin()) {
            move(admin, partition, List.of(first, second));
            clients.awaitInSync(topic, 2);
            awaitEqual(partition, List.of(first, second));
            clients.send(topic, "c");
            move(admin, partition, List.of(second));
        }
        Await.until(
                "one is left",
                Clients.PATIENCE,
                () -> clients.replicas(partition).equals(List.of(second)));
        clients.send(topic, "d");
        assertThat(Text.values(clients.readAll(topic))).containsExactly("a", "b", "c", "d");
        awaitGone(first, partition);
    }

    private static void move(Admin admin, TopicPartition partition, List<Integer> target) {
        Clients.get(
                admin.alterPartitionReassignments(Map.of(partition, Optional.of(new NewPartitionReassignment(target))))
                        .all());
    }

    private static List<Integer> others(List<Integer> brokers) {
        List<Integer> others = new ArrayList<>();
        for (int id = 1; id <= BROKERS; id++) if (!brokers.contains(id)) others.add(id);
        return others;
    }

    private static String reassign(String action, TopicPartition partition, List<Integer> replicas) throws IOException {
        Path file = CLUSTER.directory().resolve("move-" + partition + ".json");
        Files.writeString(
                file,
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + partition.topic() + "\",\"partition\":"
                        + partition.partition() + ",\"replicas\":" + replicas + "}]}");
        return KafkaTool.reassign(CLUSTER, file, action);
    }

    private void awaitGone(int broker, TopicPartition partition) {
        Path directory = CLUSTER.logDirectory(broker).resolve(partition.toString());
        Await.until(directory + " is gone", Clients.PATIENCE, () -> Files.notExists(directory));
    }

    private void awaitEqual(TopicPartition partition, List<Integer> brokers) {
        Await.until("equal replicas of " + partition, Clients.PATIENCE, () -> {
            List<String> digests = new ArrayList<>();
            for (int broker : brokers)
                digests.add(Segments.of(CLUSTER, broker, partition).digest());
            return new HashSet<>(digests).size() == 1;
        });
    }
}
