package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import dev.curia.testkit.DocumentedCommands;
import dev.curia.testkit.DocumentedCommands.Line;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs what docs/operations.md shows of {@code curia}, in its order, on a cluster as it has in mind: four brokers of which the third is the one that goes,
 * a topic, a group. Addresses and directories are the cluster's own. What only a stopped node's files need is for other tests.
 */
@Tag("slow")
@Tag("long")
class OperationsGuideTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    /** What a person would have done before, by how a command begins. */
    private final Map<String, Runnable> before = new LinkedHashMap<>();

    private final Map<String, String> names = new LinkedHashMap<>();

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void everyCommandDoesWhatTheGuideSays() throws IOException {
        try (LocalCluster cluster = LocalCluster.of(3, 4).withLogDirectories(2).startAs("OperationsGuideTest")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic("orders", 1, 3, Map.of("min.insync.replicas", "2"));
            clients.send("orders", "one", "two", "three");
            CuriaHere curia = CuriaHere.forCluster(cluster);
            curia.run("groups", "reset", "billing", "--topic", "orders", "--to-latest")
                    .orFail();
            prepare(cluster, clients, curia);
            List<String> ran = new ArrayList<>();
            for (Line line : DocumentedCommands.of(Distribution.find().sources().resolve("docs/operations.md"))) {
                if (!line.whole() || line.isOfServer()) continue;
                String text = String.join(" ", line.words());
                before.forEach((begins, task) -> {
                    if (text.startsWith(begins)) task.run();
                });
                run(curia, line.words().stream().map(this::own).toArray(String[]::new));
                ran.add(text);
            }
            assertThat(ran).hasSizeGreaterThan(20).contains("brokers drain 3 --watch", "quorum remove 101");
        }
    }

    private void prepare(LocalCluster cluster, Clients clients, CuriaHere curia) {
        before.put(
                "brokers describe 3", () -> assertThat(clients.replicas(ORDERS)).doesNotContain(3));
        before.put("log-dirs describe --broker 3 --replicas", () -> {
            curia.run("brokers", "undrain", "3").orFail();
            curia.run("partitions", "reassign", "orders", "-p", "0", "--replicas", "3,1")
                    .orFail();
            Await.until(
                    "it has moved",
                    Clients.PATIENCE,
                    () -> clients.replicas(ORDERS).equals(List.of(3, 1)));
        });
        before.put(
                "groups undo",
                () -> curia.run("groups", "reset", "billing", "--topic", "orders", "--to-earliest")
                        .orFail());
        before.put("quorum add 104", () -> join(cluster, 104, "quorum-4"));
        before.put("quorum replace 102 105", () -> join(cluster, 105, "quorum-5"));
        names.put("/disk2/curia", cluster.logDirectories(3).get(1).toString());
        names.put(
                "metadata-$(date +%F).backup",
                cluster.directory().resolve("metadata.backup").toString());
    }

    private void join(LocalCluster cluster, int id, String host) {
        LocalCluster.JoiningNode node = cluster.joiningQuorumNode(id);
        node.process().start();
        names.put(host + ":9093", node.peer());
        names.put(host + ":9094", node.rpc());
    }

    private String own(String word) {
        return names.getOrDefault(word, word);
    }

    /** To watch a list has no end: it is shown once. What is refused for the moment, such as a node that still starts, is asked again. */
    private static void run(CuriaHere curia, String... words) {
        List<String> once = new ArrayList<>(List.of(words));
        if (words[1].equals("describe")) once.remove("--watch");
        Await.until(String.join(" ", once), Clients.PATIENCE, () -> {
            CuriaHere.Result result = curia.run(once.toArray(String[]::new));
            if (result.exitCode() != 0) throw new IllegalStateException(result.toString());
            return true;
        });
    }
}
