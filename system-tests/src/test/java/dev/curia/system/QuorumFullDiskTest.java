package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A quorum node's disk is full: the node stops with the reason, the others go on, and it is back when there is room. */
@Tag("slow")
class QuorumFullDiskTest {
    private static final int NODE = 103;
    private static final int MEBIBYTES = 24;
    private static final int MANY = 1_000;
    private static final List<String> TOPICS =
            IntStream.range(0, 40).mapToObj(i -> "t".repeat(200) + i).toList(); // so that each change is large
    private static final List<String> KEYS = List.of(
            "retention.ms",
            "flush.ms",
            "flush.messages",
            "file.delete.delay.ms",
            "delete.retention.ms",
            "segment.ms",
            "min.compaction.lag.ms",
            "max.compaction.lag.ms");

    @Test
    void aNodeWhoseDiskIsFullStopsAndComesBackWhenThereIsRoom() {
        Tmpfs[] disk = new Tmpfs[1];
        try (LocalCluster cluster = LocalCluster.of(3, 1)
                .beforeStart(starting -> disk[0] = Tmpfs.mount(starting.quorumDirectory(NODE), MEBIBYTES))
                .startAs("QuorumFullDiskTest")) {
            Clients clients = Clients.of(cluster);
            TOPICS.forEach(topic -> clients.createTopic(topic, 1, 1, Map.of()));
            NodeProcess node = cluster.quorumNode(NODE);
            disk[0].fillUp();

            try (Admin admin = clients.admin()) {
                for (int i = 0; i < MANY && node.isAlive(); i++) change(admin, i);
                assertThat(node.awaitExit(Duration.ofSeconds(30))).isEqualTo(70);
                assertThat(node.logText()).contains("halting: the metadata log cannot be written", "No space left");
                change(admin, 1); // the others go on

                // Its supervisor's attempts come to nothing, and say so, while there is no room.
                node.start();
                assertThat(node.awaitExit(Duration.ofSeconds(60))).isNotZero();
                assertThat(node.logText()).contains("space");

                disk[0].removeFiller();
                node.startAndAwaitReady();
                change(admin, 2);
            }
            Curia curia = Curia.forCluster(cluster);
            Await.until("a quorum without problems but a small disk", Clients.PATIENCE, () -> {
                String status = curia.attempt("quorum", "status").text();
                if (status.contains("differs") || status.contains("not been heard") || status.contains("?")) {
                    throw new IllegalStateException(status);
                }
                return true;
            });
        } finally {
            if (disk[0] != null) disk[0].close();
        }
    }

    private static void change(Admin admin, int round) {
        List<AlterConfigOp> changes = new ArrayList<>();
        KEYS.forEach(key -> changes.add(new AlterConfigOp(
                new ConfigEntry(key, Long.toString(1_000_000_000L + round)), AlterConfigOp.OpType.SET)));
        Map<ConfigResource, Collection<AlterConfigOp>> all = new HashMap<>();
        TOPICS.forEach(topic -> all.put(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes));
        Clients.get(admin.incrementalAlterConfigs(all).all());
    }
}
