package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The metadata is saved, all of the quorum's disks are lost, and it is restored beside brokers that know more: docs/operations.md. */
@Tag("slow")
@Tag("long")
class MetadataBackupTest {
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aRestoredQuorumServesWhatWasSavedAndBrokersDeleteNothingThatItHasForgotten() throws Exception {
        try (LocalCluster cluster = LocalCluster.of(1, 2).startAs("MetadataBackupTest")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic("saved", 2, 2, Map.of("retention.ms", "86400001"));
            clients.awaitInSync("saved", 2);
            clients.send("saved", "one");

            Path backup = cluster.directory().resolve("metadata.backup");
            assertThat(run(cluster, "save", backup.toString()).orFail().text())
                    .contains("Saved to " + backup, "cluster id   system-test", "metadata.version=");
            assertThat(run(cluster, "describe", backup.toString(), "--json")
                            .orFail()
                            .text())
                    .contains("\"cluster_id\": \"system-test\"", "\"brokers\": 2");
            assertThat(run(cluster, "save", backup.toString()).exitCode())
                    .as("no backup is written over")
                    .isEqualTo(2);

            clients.createTopic("forgotten", 1, 2, Map.of());
            clients.awaitInSync("forgotten", 2);
            clients.send("forgotten", "two");
            clients.send("saved", "three");

            NodeProcess quorum = cluster.quorumNode(101);
            quorum.kill();
            assertThat(restore(cluster, backup).err()).contains("is not empty");
            LocalCluster.deleteTree(cluster.quorumDirectory(101));
            assertThat(restore(cluster, damaged(backup)).err()).contains("is damaged");
            assertThat(cluster.quorumDirectory(101)).doesNotExist();
            assertThat(restore(cluster, backup).orFail().text()).contains("was restored from the backup of");
            // One broker runs on, the other is down meanwhile.
            cluster.broker(2).kill();
            quorum.startAndAwaitReady();
            cluster.heal();
            clients.awaitInSync("saved", 2);
            assertThat(quorum.logText()).contains("was restored from the backup of");

            assertThat(Text.values(clients.readAll("saved"))).containsExactlyInAnyOrder("one", "three");
            clients.send("saved", "four");
            assertThat(Text.values(clients.readAll("saved"))).containsExactlyInAnyOrder("one", "three", "four");
            assertThat(Curia.forCluster(cluster)
                            .run("configs", "describe", "--topic", "saved")
                            .text())
                    .contains("86400001");
            assertThat(Curia.forCluster(cluster).run("topics", "list").text()).doesNotContain("forgotten");
            for (int broker = 1; broker <= 2; broker++) {
                Path kept = keptOf(cluster.logDirectory(broker), "forgotten-0");
                assertThat(kept.resolve("00000000000000000000.log")).isNotEmptyFile();
            }

            // A topic of that name may be made again, and what is deleted from now on is deleted.
            clients.createTopic("forgotten", 1, 2, Map.of());
            clients.awaitInSync("forgotten", 2);
            Curia.forCluster(cluster).run("topics", "delete", "forgotten");
            Await.until(
                    "it is gone",
                    Clients.PATIENCE,
                    () -> cluster.brokers().size() == 2
                            && entries(cluster.logDirectory(1), "forgotten-0").size() == 1
                            && entries(cluster.logDirectory(2), "forgotten-0").size() == 1);
        }
    }

    private static Command.Result run(LocalCluster cluster, String... arguments) {
        String[] all = Stream.concat(Stream.of("quorum", "snapshot"), Arrays.stream(arguments))
                .toArray(String[]::new);
        return Curia.forCluster(cluster).attempt(all);
    }

    private static Command.Result restore(LocalCluster cluster, Path backup) {
        return run(
                cluster,
                "restore",
                backup.toString(),
                "--config",
                cluster.quorumConfig(101).toString());
    }

    private static Path damaged(Path backup) throws IOException {
        byte[] bytes = Files.readAllBytes(backup);
        bytes[bytes.length / 2] ^= 1;
        return Files.write(backup.resolveSibling("damaged.backup"), bytes);
    }

    private static Path keptOf(Path logDirectory, String partition) {
        return Await.value("what was forgotten of " + partition + " is kept", Clients.PATIENCE, () -> {
            List<Path> entries = entries(logDirectory, partition);
            boolean kept = entries.size() == 1 && entries.get(0).toString().endsWith("-stray");
            return kept ? entries.get(0) : null;
        });
    }

    private static List<Path> entries(Path logDirectory, String partition) {
        try (Stream<Path> entries = Files.list(logDirectory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(partition))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
