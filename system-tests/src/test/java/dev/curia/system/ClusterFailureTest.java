package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Three quorum nodes and three brokers lose processes while clients work. Whatever happens, {@link History} must hold: nothing
 * acknowledged is lost, nothing is stored twice, order is kept.
 */
@Tag("slow")
class ClusterFailureTest {
    private static final int PARTITIONS = 3;
    private static final int BROKERS = 3;
    private static final int PRODUCERS = 2;
    private static final Map<String, String> SAFE = Map.of("min.insync.replicas", "2");

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(3, BROKERS);

    private final Clients clients = Clients.of(CLUSTER);

    @AfterEach
    void heal() {
        CLUSTER.heal();
    }

    @Test
    void recordsOfEveryCodecReachAllReplicas() {
        createTopic("replicated");
        for (CompressionType codec : CompressionType.values()) {
            try (KafkaProducer<byte[], byte[]> producer =
                    clients.producer(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec.name))) {
                Clients.send(producer, kilobytes("replicated", 200));
            }
        }
        assertThat(clients.readAll("replicated")).hasSize(200 * CompressionType.values().length);
        awaitEqualReplicas("replicated");
    }

    @Test
    void aPartitionLeaderIsKilled() {
        createTopic("leader-killed");
        try (Load load = startLoad("leader-killed")) {
            NodeProcess leader = CLUSTER.broker(clients.leader(new TopicPartition("leader-killed", 0)));
            load.resetGaps();
            leader.kill();
            load.awaitProgress();
            Figures.report("kill -9 of a partition leader, longest time without an acknowledgement", load.longestGap());
            assertThat(load.longestGap()).isLessThan(Duration.ofSeconds(15));

            leader.startAndAwaitReady();
            clients.awaitInSync("leader-killed", BROKERS);
            load.awaitProgress();
            check(load);
        }
        awaitEqualReplicas("leader-killed");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-leader-election: preferred")
    void whoWasAwayIsElectedAgain() {
        createTopic("given-back");
        TopicPartition partition = new TopicPartition("given-back", 0);
        try (Load load = startLoad("given-back")) {
            int preferred = clients.leader(partition);
            CLUSTER.broker(preferred).kill();
            load.awaitProgress();
            CLUSTER.broker(preferred).startAndAwaitReady();
            clients.awaitInSync("given-back", BROKERS);
            clients.awaitLeader(partition, id -> id != preferred);

            Command.Result elected = KafkaTool.run(
                    "org.apache.kafka.tools.LeaderElectionCommand",
                    List.of(
                            "--bootstrap-server",
                            CLUSTER.bootstrapServers(),
                            "--election-type",
                            "preferred",
                            "--topic",
                            "given-back",
                            "--partition",
                            "0"));
            assertThat(elected.orFail().text())
                    .contains("Successfully completed leader election (PREFERRED) for partitions given-back-0");
            clients.awaitLeader(partition, id -> id == preferred);

            load.resetGaps();
            Curia curia = Curia.forCluster(CLUSTER);
            Await.until(
                    "the preferred replicas lead", // some of them, of other topics, may have to catch up first
                    Clients.PATIENCE,
                    () -> curia.attempt("partitions", "elect", "--all")
                            .text()
                            .equals("No partition needed an election.\n"));
            load.awaitProgress();
            Figures.report("preferred leaders elected, longest time without an acknowledgement", load.longestGap());
            check(load);
        }
        awaitEqualReplicas("given-back");
    }

    @Test
    void theQuorumLeaderIsKilled() {
        createTopic("quorum-leader-killed");
        try (Load load = startLoad("quorum-leader-killed")) {
            NodeProcess leader = CLUSTER.quorumNode(new QuorumView(CLUSTER).leader());
            load.resetGaps();
            leader.kill();
            load.awaitProgress();
            Figures.report("kill -9 of the quorum leader, longest time without an acknowledgement", load.longestGap());
            createTopic("made-by-the-next-leader");
            assertThat(load.longestGap()).isLessThan(Duration.ofSeconds(15));

            leader.startAndAwaitReady();
            load.awaitProgress();
            check(load);
        }
    }

    @Test
    void everythingIsKilledAndStartedAgain() {
        createTopic("all-killed");
        try (Load load = startLoad("all-killed")) {
            CLUSTER.nodes().forEach(NodeProcess::kill);
            CLUSTER.heal();
            load.awaitProgress();
            clients.awaitInSync("all-killed", BROKERS);
            check(load);
        }
        awaitEqualReplicas("all-killed");
    }

    @Test
    void aFollowerThatMissedDataCatchesUp() {
        createTopic("missed");
        TopicPartition partition = new TopicPartition("missed", 0);
        int leader = clients.leader(partition);
        int follower = clients.replicas(partition).stream()
                .filter(id -> id != leader)
                .findFirst()
                .orElseThrow();
        CLUSTER.broker(follower).kill();
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(producer, kilobytes("missed", 20_000));
        }
        clients.awaitInSync("missed", BROKERS - 1);

        CLUSTER.broker(follower).startAndAwaitReady();

        clients.awaitInSync("missed", BROKERS);
        awaitEqualReplicas("missed");
        assertThat(clients.readAll("missed")).hasSize(20_000);
    }

    @Test
    void aGroupSurvivesItsCoordinator() {
        createTopic("grouped");
        try (Load load = startLoad("grouped");
                KafkaConsumer<byte[], byte[]> member = clients.groupConsumer("survivors")) {
            member.subscribe(List.of("grouped"));
            Set<TopicOffset> seen = new HashSet<>();
            consumeAndCommit(member, seen, 500);
            NodeProcess coordinator = CLUSTER.broker(clients.coordinator("survivors"));

            coordinator.kill();

            consumeAndCommit(member, seen, seen.size() + 500);
            coordinator.startAndAwaitReady();
            clients.awaitInSync("grouped", BROKERS);
            History history = check(load);
            consumeAndCommit(member, seen, history.finalLog().size());
            assertThat(seen)
                    .as("every record was handed out")
                    .hasSize(history.finalLog().size());
        }
        for (int i = 0; i < PARTITIONS; i++) {
            TopicPartition partition = new TopicPartition("grouped", i);
            long end = clients.readAll("grouped").stream()
                    .filter(record -> record.partition() == partition.partition())
                    .count();
            assertThat(clients.committed("survivors", partition)).contains(end);
        }
    }

    @Test
    @Tag("long") // others restart all nodes, too
    void allNodesAreRestartedInTurn() {
        createTopic("rolled");
        try (Load load = startLoad("rolled")) {
            load.resetGaps();
            for (NodeProcess node : CLUSTER.nodes()) {
                node.terminate();
                node.startAndAwaitReady();
                clients.awaitInSync("rolled", BROKERS);
            }
            load.awaitProgress();
            Figures.report("restart of all nodes in turn, longest time without an acknowledgement", load.longestGap());
            assertThat(load.longestGap()).isLessThan(Duration.ofSeconds(15));
            check(load);
        }
        awaitEqualReplicas("rolled");
    }

    @Test
    void theJournalTellsWhatHappenedAndWhy() {
        createTopic("told");
        int leader = clients.leader(new TopicPartition("told", 0));
        String id = String.valueOf(leader);
        NodeProcess broker = CLUSTER.broker(leader);

        broker.kill();
        awaitEvent("--kind", "broker_fenced", "--broker", id, "--cause", "disconnected");
        awaitEvent("--kind", "leader_elected", "--topic", "told", "-p", "0", "--cause", "disconnected");
        awaitEvent("--kind", "isr_shrunk", "--topic", "told", "--broker", id, "--cause", "disconnected");
        broker.startAndAwaitReady();
        clients.awaitInSync("told", BROKERS);
        awaitEvent("--kind", "broker_registered", "--broker", id, "--cause", "started_again");
        awaitEvent("--kind", "isr_grew", "--topic", "told", "--broker", id, "--cause", "caught_up");

        broker.pause();
        awaitEvent("--kind", "broker_fenced", "--broker", id, "--cause", "session_timeout");
        broker.resume();
        clients.awaitInSync("told", BROKERS);
        broker.terminate();
        awaitEvent("--kind", "broker_fenced", "--broker", id, "--cause", "shutting_down");

        NodeProcess quorumLeader = CLUSTER.quorumNode(new QuorumView(CLUSTER).leader());
        quorumLeader.kill();
        awaitEvent("--kind", "topic_created", "--topic", "told", "--cause", "requested");
        quorumLeader.startAndAwaitReady();
        broker.startAndAwaitReady();
        clients.awaitInSync("told", BROKERS);
    }

    private static void awaitEvent(String... filters) {
        List<String> arguments = new ArrayList<>(List.of("events", "--json"));
        arguments.addAll(List.of(filters));
        Await.until(
                "an event with " + List.of(filters),
                Clients.PATIENCE,
                () -> !Curia.forCluster(CLUSTER)
                        .attempt(arguments.toArray(String[]::new))
                        .text()
                        .isEmpty());
    }

    private record TopicOffset(TopicPartition partition, long offset) {}

    private static void consumeAndCommit(KafkaConsumer<byte[], byte[]> member, Set<TopicOffset> seen, int total) {
        Await.until(total + " records consumed", Clients.PATIENCE, () -> {
            member.poll(Duration.ofMillis(100))
                    .forEach(record -> seen.add(
                            new TopicOffset(new TopicPartition(record.topic(), record.partition()), record.offset())));
            member.commitSync(Clients.PATIENCE);
            return seen.size() >= total;
        });
    }

    private void createTopic(String name) {
        clients.createTopic(name, PARTITIONS, BROKERS, SAFE);
        clients.awaitInSync(name, BROKERS);
    }

    private Load startLoad(String topic) {
        return Load.start(clients, topic, PARTITIONS, PRODUCERS);
    }

    private static History check(Load load) {
        History history = load.stop();
        assertThat(history.violations()).isEmpty();
        assertThat(history.acks()).hasSameSizeAs(history.sends());
        assertThat(history.reads()).isNotEmpty();
        return history;
    }

    private static void awaitEqualReplicas(String topic) {
        Segments.awaitEqual(CLUSTER, BROKERS, topic, PARTITIONS);
    }

    private static List<ProducerRecord<byte[], byte[]>> kilobytes(String topic, int count) {
        byte[] value = Text.bytes("x".repeat(1_000));
        return IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<byte[], byte[]>(topic, i % PARTITIONS, null, value))
                .toList();
    }
}
