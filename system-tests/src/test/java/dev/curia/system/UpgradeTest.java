package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A cluster of an older build is rolled to this one, back, and here again while clients work; then its feature levels are finalized, and the older
 * build is refused: docs/operations.md, "Upgrades and feature levels".
 */
@Tag("slow")
@Tag("long")
class UpgradeTest {
    /** The last one that knows no more than level 1 of metadata.version. */
    private static final String OLDER = "da8f170db8bb0567bab441208d546745cc34201d";

    private static final String TOPIC = "upgraded";
    private static final int PARTITIONS = 3;
    private static final List<Integer> QUORUM = List.of(101, 102, 103);
    private static final List<Integer> BROKERS = List.of(1, 2, 3);

    private final Distribution newer = Distribution.find();
    /** What the group goes on with. */
    private long committed;

    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES) // a part of it builds the older one
    void aClusterIsUpgradedTakenBackUpgradedAndFinalized() throws Exception {
        Distribution older = older();
        Builds builds = new Builds(newer.workspace().resolve("nodes/UpgradeTest-builds"), older);
        try (LocalCluster cluster =
                LocalCluster.of(QUORUM.size(), BROKERS.size()).in(builds).startAs("UpgradeTest")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic(TOPIC, PARTITIONS, 3, Map.of("min.insync.replicas", "2"));
            clients.awaitInSync(TOPIC, 3);
            try (Load load = Load.start(clients, TOPIC, PARTITIONS, 2)) {
                load.resetGaps();
                roll(cluster, builds, newer);
                groupGoesOn(clients);
                assertThat(finalized(clients)).isEqualTo(1);
                assertThat(quota(cluster).err()).contains("Client quotas need feature metadata.version at level 2");

                roll(cluster, builds, older);
                groupGoesOn(clients);

                rollQuorum(cluster, builds, newer);
                for (int broker : BROKERS) {
                    assertThat(finalizing(cluster).err()).contains("Broker " + broker + " does not support level 2");
                    rollBroker(cluster, builds, newer, broker);
                }
                groupGoesOn(clients);
                finalizing(cluster).orFail();
                assertThat(finalized(clients)).isEqualTo(2);
                quota(cluster).orFail();

                Figures.report(
                        "a cluster is upgraded, taken back and upgraded, longest time without an acknowledgement",
                        load.longestGap());
                History history = load.stop();
                assertThat(history.violations()).isEmpty();
                assertThat(history.acks()).hasSameSizeAs(history.sends());
            }
            for (NodeProcess node : cluster.nodes()) {
                assertThat(node.logText()).as(node.name()).doesNotContain("differs from the quorum leader's");
            }
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void onceLevelsAreFinalizedTheOlderBuildIsRefused() {
        Distribution older = older();
        Builds builds = new Builds(newer.workspace().resolve("nodes/UpgradeTest-refused-builds"), newer);
        try (LocalCluster cluster = LocalCluster.of(1, 1).in(builds).startAs("UpgradeTest-refused")) {
            quota(cluster).orFail();
            NodeProcess broker = cluster.broker(1);
            assertThat(saysToItsEnd(broker, builds, older))
                    .contains("feature metadata.version is at level 2, but this build supports levels 1");
            NodeProcess quorum = cluster.quorumNode(101);
            assertThat(saysToItsEnd(quorum, builds, older)).contains("cannot open the metadata store", "client-quotas");

            List.of(quorum, broker).forEach(node -> builds.use(node.name(), newer));
            cluster.heal();
            Clients.of(cluster).send("served-again", "value");
        }
    }

    /** Another may be named, such as a release; else it is built from the repository's history. */
    private Distribution older() {
        String named = System.getProperty("curia.older", "");
        if (!named.isEmpty()) return new Distribution(Path.of(named), newer.sources());
        Command.Result built = Command.of(
                        newer.sources().resolve("build/older.sh").toString(),
                        OLDER,
                        newer.workspace().resolve("older").toString())
                .environment(Map.of("CURIA_MVN", maven()))
                .within(Duration.ofMinutes(6))
                .run();
        Needs.that("an older build", built);
        return new Distribution(Path.of(built.text().strip()), newer.sources());
    }

    private static String maven() {
        return Path.of(property("curia.maven.home"), "bin", "mvn") + " -Dmaven.repo.local="
                + property("curia.maven.repository");
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name + " is not set: run the tests through Maven");
    }

    private static CuriaHere.Result curia(LocalCluster cluster, String... arguments) {
        return CuriaHere.forCluster(cluster).run(arguments);
    }

    /** Every node, one at a time, as bin/rolling-restart.sh does it. */
    private static void roll(LocalCluster cluster, Builds builds, Distribution to) {
        rollQuorum(cluster, builds, to);
        for (int broker : BROKERS) rollBroker(cluster, builds, to, broker);
    }

    private static void rollQuorum(LocalCluster cluster, Builds builds, Distribution to) {
        List<Integer> order = new ArrayList<>(QUORUM);
        Integer leader = new QuorumView(cluster).leader();
        order.remove(leader);
        order.add(leader);
        for (int node : order) {
            awaitQuorum(cluster);
            if (node == new QuorumView(cluster).leader()) curia(cluster, "quorum", "transfer", "--any");
            restart(cluster.quorumNode(node), builds, to);
        }
        awaitQuorum(cluster);
    }

    private static void awaitQuorum(LocalCluster cluster) {
        Await.until("a quorum that is well", Clients.PATIENCE, () -> {
            CuriaHere.Result status = curia(cluster, "quorum", "status", "--check");
            if (status.exitCode() != 0) throw new IllegalStateException(status.toString());
            return true;
        });
    }

    private static void rollBroker(LocalCluster cluster, Builds builds, Distribution to, int broker) {
        curia(cluster, "brokers", "safe-to-stop", Integer.toString(broker), "--acquire", "--wait", "--timeout", "60")
                .orFail();
        restart(cluster.broker(broker), builds, to);
    }

    private static void restart(NodeProcess node, Builds builds, Distribution to) {
        node.terminate();
        builds.use(node.name(), to);
        node.startAndAwaitReady();
    }

    /** A group goes on where it was, whichever build its offsets were committed to. */
    private void groupGoesOn(Clients clients) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                clients.consumer(Map.of("group.id", "readers", "auto.offset.reset", "earliest"))) {
            consumer.assign(List.of(partition));
            assertThat(consumer.position(partition, Clients.PATIENCE)).isEqualTo(committed);
            Clients.take(consumer, 10);
            committed = consumer.position(partition);
            consumer.commitSync(Clients.PATIENCE);
        }
    }

    private static int finalized(Clients clients) {
        try (Admin admin = clients.admin()) {
            Map<String, FinalizedVersionRange> levels =
                    Clients.get(admin.describeFeatures().featureMetadata()).finalizedFeatures();
            return Objects.requireNonNull(levels.get("metadata.version")).maxVersionLevel();
        }
    }

    /** Something of which an older build knows nothing. */
    private static CuriaHere.Result quota(LocalCluster cluster) {
        return curia(cluster, "quotas", "set", "--user", "nobody", "producer_byte_rate=1000000");
    }

    private static CuriaHere.Result finalizing(LocalCluster cluster) {
        return curia(cluster, "features", "upgrade", "metadata.version=2");
    }

    private static String saysToItsEnd(NodeProcess node, Builds builds, Distribution build) {
        node.terminate();
        builds.use(node.name(), build);
        int before = node.logText().length();
        node.start();
        assertThat(node.awaitExit(Clients.PATIENCE)).isNotZero();
        return node.logText().substring(before);
    }
}
