package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Brokers with two log directories lose one of them, or find one damaged, while clients work. */
@Tag("slow")
class LogDirectoryFailureTest {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 4;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS)
            .withLogDirectories(2)
            .with("replica.high.watermark.checkpoint.interval.ms", "500")
            .with("log.flush.background.ms", "300");

    private final Clients clients = Clients.of(CLUSTER);

    @Test
    void aLostDirectoryTakesOnlyItsOwnReplicasAndTheyAreMadeAnewInTheOther() throws IOException {
        String topic = "lost-directory";
        clients.createTopic(topic, PARTITIONS, BROKERS, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync(topic, BROKERS);
        int victim = clients.leader(new TopicPartition(topic, 0));
        NodeProcess broker = CLUSTER.broker(victim);
        Metrics metrics = new Metrics(broker);
        Path lost = directoryOf(victim, new TopicPartition(topic, 0));
        Path away = lost.resolveSibling(lost.getFileName() + "-away");
        try (Load load = Load.start(clients, topic, PARTITIONS, 2)) {
            load.resetGaps();
            Files.move(lost, away);

            Await.until(
                    "it is noticed",
                    Clients.PATIENCE,
                    () -> metrics.sum("curia_log_directory_offline", lost.toString()) == 1);
            load.awaitProgress();
            Figures.report("a log directory vanishes, longest time without an acknowledgement", load.longestGap());
            assertThat(load.longestGap()).isLessThan(Duration.ofSeconds(15));
            assertThat(broker.isAlive()).isTrue();

            Await.until("all are made anew", Clients.PATIENCE, () -> metrics.sum("curia_offline_replicas") == 0);
            assertThat(metrics.sum("curia_replicas_rebuilt_total")).isPositive();
            clients.awaitInSync(topic, BROKERS);
            assertThat(lost).doesNotExist();

            // The disk comes back with what was given up on it.
            broker.terminate();
            Files.move(away, lost);
            broker.startAndAwaitReady();
            clients.awaitInSync(topic, BROKERS);
            load.awaitProgress();
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
        }
        Segments.awaitEqual(CLUSTER, BROKERS, topic, clients.partitions(topic));
        for (int p = 0; p < PARTITIONS; p++) {
            TopicPartition partition = new TopicPartition(topic, p);
            assertThat(CLUSTER.logDirectories(victim))
                    .filteredOn(directory -> Files.exists(directory.resolve(partition.toString())))
                    .hasSize(1);
        }
    }

    @Test
    void theOnlyReplicaWaitsForItsDirectory() throws IOException {
        String topic = "only-replica";
        clients.createTopic(topic, PARTITIONS, 1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.send(topic, "precious");
        int victim = clients.leader(partition);
        NodeProcess broker = CLUSTER.broker(victim);
        Path lost = directoryOf(victim, partition);
        Path away = lost.resolveSibling(lost.getFileName() + "-away");
        Files.move(lost, away);
        Metrics metrics = new Metrics(broker);
        Await.until("it is noticed", Clients.PATIENCE, () -> metrics.sum("curia_offline_replicas") > 0);

        // As when a mount is missing: the directory is there, empty.
        broker.terminate();
        broker.startAndAwaitReady();
        Await.until(
                "nothing but the lost one is offline",
                Clients.PATIENCE,
                () -> metrics.sum("curia_offline_replicas") == onlyHere(topic, victim, lost, away));
        assertThat(lost.resolve(partition.toString())).doesNotExist();

        broker.terminate();
        LocalCluster.deleteTree(lost);
        Files.move(away, lost);
        broker.startAndAwaitReady();
        assertThat(clients.readAll(topic)).extracting(ConsumerRecord::value).containsExactly(Text.bytes("precious"));
        try (var admin = clients.admin()) {
            Clients.get(admin.deleteTopics(List.of(topic)).all()); // other tests await that nothing is offline
        }
    }

    @Test
    void withTheLastDirectoryTheProcessEnds() throws IOException {
        try (LocalCluster alone = LocalCluster.standalone().startAs("LogDirectoryFailureTest-last")) {
            Clients.of(alone).send(createdOn(alone), "value");
            Path lost = alone.logDirectory(1);
            Files.move(lost, lost.resolveSibling("away"));
            assertThat(alone.node().awaitExit(Duration.ofSeconds(30))).isNotZero();
            assertThat(alone.node().logText()).contains("the last log directory", lost.toString());
        }
    }

    private static String createdOn(LocalCluster cluster) {
        Clients.of(cluster).createTopic("alone");
        return "alone";
    }

    /** How many partitions of the topic have their only replica in the lost directory. */
    private long onlyHere(String topic, int broker, Path lost, Path away) throws IOException {
        long count = 0;
        for (int p = 0; p < PARTITIONS; p++) {
            TopicPartition partition = new TopicPartition(topic, p);
            boolean there = Files.exists(away.resolve(partition.toString()));
            if (there && clients.replicas(partition).equals(List.of(broker))) count++;
            assertThat(lost.resolve(partition.toString())).doesNotExist();
        }
        return count;
    }

    @Test
    void aDamagedFollowerIsRebuiltFromItsLeader() throws IOException {
        String topic = "damaged";
        clients.createTopic(topic, 1, BROKERS, Map.of("min.insync.replicas", "2"));
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 500; i++) values.add("value-" + i + "-" + "x".repeat(100));
        clients.send(topic, values.toArray(String[]::new));
        clients.awaitInSync(topic, BROKERS);
        int leader = clients.leader(partition);
        int follower = clients.replicas(partition).stream()
                .filter(id -> id != leader)
                .findFirst()
                .orElseThrow();
        NodeProcess broker = CLUSTER.broker(follower);
        Path directory = Segments.logDirectory(CLUSTER, follower, partition);
        Path log = Segments.of(CLUSTER, follower, partition).logs().get(0);
        Path checkpoint = directory.resolve("recovery-point-offset-checkpoint");
        Await.until(
                "it is flushed",
                Clients.PATIENCE,
                () -> Files.readString(checkpoint).contains(topic + " 0 500"));
        broker.kill();
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.seek(200);
            int value = file.read();
            file.seek(200);
            file.write(value ^ 1);
        }

        broker.startAndAwaitReady();

        Metrics metrics = new Metrics(broker);
        assertThat(metrics.sum("curia_replicas_damaged_total")).isEqualTo(1);
        clients.awaitInSync(topic, BROKERS);
        assertThat(metrics.sum("curia_replicas_rebuilt_total")).isEqualTo(1);
        assertThat(broker.logText()).contains(log + " is damaged at position 0");
        Segments.awaitEqual(CLUSTER, BROKERS, topic, clients.partitions(topic));
        Await.until("what was damaged is gone", Clients.PATIENCE, () -> {
            try (var entries = Files.list(directory)) {
                return entries.noneMatch(entry -> entry.toString().endsWith("-damaged"));
            }
        });
    }

    private static Path directoryOf(int broker, TopicPartition partition) {
        return Segments.logDirectory(CLUSTER, broker, partition);
    }
}
