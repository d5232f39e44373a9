package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The quorum's nodes come, go and are lost, one after the other, until none is left of those that the brokers were configured with, while
 * clients work. Clients notice little of it, and {@link History} holds.
 */
@Tag("slow")
class QuorumOperationsTest {
    private static final int PARTITIONS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    @Test
    @Tag("long")
    @Timeout(value = 6, unit = TimeUnit.MINUTES) // many commands, each a process, beside another test
    void theQuorumIsReplacedNodeByNodeAndRecoveredFromOneUnderLoad() {
        try (LocalCluster cluster = LocalCluster.of(3, 3).startAs("QuorumOperationsTest")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic("operated", PARTITIONS, 3, Map.of("min.insync.replicas", "2"));
            clients.awaitInSync("operated", 3);
            try (Load load = Load.start(clients, "operated", PARTITIONS, 2)) {
                LocalCluster.JoiningNode fourth = cluster.joiningQuorumNode(104);
                fourth.process().start();
                measured(load, "a 4th quorum node is added", () -> add(cluster, 104, fourth));
                fourth.process().awaitReady();

                measured(load, "the quorum's leadership is transferred", () -> {
                    int next = new QuorumView(cluster).leader() == 102 ? 101 : 102;
                    done(cluster, "transfer", Integer.toString(next));
                    assertThat(new QuorumView(cluster).leader()).isEqualTo(next);
                });

                int leader = new QuorumView(cluster).leader();
                measured(load, "the quorum's leader is removed", () -> {
                    done(cluster, "remove", Integer.toString(leader));
                    assertThat(new QuorumView(cluster).leader()).isNotEqualTo(leader);
                });
                cluster.abandonQuorumNode(leader);

                int killed = leader == 102 ? 101 : 102;
                LocalCluster.JoiningNode fifth = cluster.joiningQuorumNode(105);
                fifth.process().start();
                measured(load, "a killed quorum node is replaced", () -> {
                    cluster.abandonQuorumNode(killed);
                    Await.until(
                            "node 105 instead of " + killed,
                            Clients.PATIENCE,
                            () -> command(cluster, with("replace", killed, 105, fifth))
                                            .exitCode()
                                    == 0);
                });
                fifth.process().awaitReady();
                awaitNoProblems(cluster);

                measured(load, "the quorum is recovered from one survivor", () -> recover(cluster));
                LocalCluster.JoiningNode sixth = cluster.joiningQuorumNode(106);
                sixth.process().start();
                add(cluster, 106, sixth);
                clients.createTopic("made-after-all", 1, 3, Map.of());
                clients.awaitInSync("operated", 3);
                load.awaitProgress();

                History history = load.stop();
                assertThat(history.violations()).isEmpty();
                assertThat(history.acks()).hasSameSizeAs(history.sends());
            }
            for (NodeProcess node : cluster.nodes()) {
                assertThat(node.logText()).doesNotContain("differs from the quorum leader's");
            }
        }
    }

    /** Of nodes 103, 104 and 105 only 104 is left. */
    private static void recover(LocalCluster cluster) {
        cluster.abandonQuorumNode(103);
        cluster.abandonQuorumNode(105);
        NodeProcess survivor = cluster.quorumNode(104);
        Await.until(
                "the survivor says that it leads nobody",
                Clients.PATIENCE,
                () -> survivor.get("/health/ready").statusCode() == 503);
        survivor.terminate();
        String config = cluster.quorumConfig(104).toString();
        Command.Result asked = command(cluster, "recover", "--config", config);
        assertThat(asked.exitCode()).isEqualTo(1);
        assertThat(asked.text())
                .contains("in the quorum of nodes [103, 104, 105]", "What may be lost", "Nothing was changed.");
        assertThat(curia(cluster, "quorum", "recover", "--config", config, "--accept-loss"))
                .contains("became the only voter");
        survivor.startAndAwaitReady();
        assertThat(survivor.logText()).contains("quorum recovered: ");
    }

    private static void measured(Load load, String what, Runnable operation) {
        load.resetGaps();
        operation.run();
        load.awaitProgress();
        Figures.report(what + ", longest time without an acknowledgement", load.longestGap());
        assertThat(load.longestGap()).isLessThan(LIMIT);
    }

    /** A successor that has no processor for a second does not take over; whoever asks again succeeds. */
    private static void done(LocalCluster cluster, String... command) {
        Await.until(
                String.join(" ", command),
                Clients.PATIENCE,
                () -> command(cluster, command).exitCode() == 0);
    }

    private static void add(LocalCluster cluster, int id, LocalCluster.JoiningNode node) {
        // Refused until the new node answers.
        Await.until(
                "node " + id + " is added",
                Clients.PATIENCE,
                () -> command(cluster, "add", Integer.toString(id), "--peer", node.peer(), "--rpc", node.rpc())
                                .exitCode()
                        == 0);
    }

    private static String[] with(String command, int old, int id, LocalCluster.JoiningNode node) {
        return new String[] {
            command, Integer.toString(old), Integer.toString(id), "--peer", node.peer(), "--rpc", node.rpc()
        };
    }

    private static void awaitNoProblems(LocalCluster cluster) {
        Await.until("a quorum without problems", Clients.PATIENCE, () -> {
            Command.Result status = command(cluster, "status", "--check");
            if (status.exitCode() != 0) throw new IllegalStateException(status.text());
            return true;
        });
    }

    private static Command.Result command(LocalCluster cluster, String... arguments) {
        List<String> all = new ArrayList<>(List.of("quorum"));
        all.addAll(List.of(arguments));
        return Curia.forCluster(cluster).attempt(all.toArray(String[]::new));
    }

    private static String curia(LocalCluster cluster, String... arguments) {
        return Curia.forCluster(cluster).run(arguments).text();
    }
}
