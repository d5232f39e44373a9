package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
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
        delete(topic);
    }

    /** A partition with one replica is offline without its directory; other tests await that nothing is offline. */
    private void delete(String topic) {
        try (Admin admin = clients.admin()) {
            Clients.get(admin.deleteTopics(List.of(topic)).all());
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

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-reassign-partitions: moves between log directories")
    void kafkaReassignPartitionsMovesEveryReplicaToItsOtherDirectoryUnderLoad() throws IOException {
        String topic = "between-directories";
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.createTopic(topic, 1, BROKERS, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync(topic, BROKERS);
        List<Integer> brokers = clients.replicas(partition);
        List<Path> targets = brokers.stream()
                .map(broker -> otherDirectory(broker, partition))
                .toList();
        try (Load load = Load.start(clients, topic, 1, 2)) {
            load.awaitProgress();
            load.resetGaps();
            assertThat(reassign("--execute", partition, brokers, targets))
                    .contains("Successfully started moving log directory to " + targets.get(0));
            Await.until(
                    "all have moved",
                    Clients.PATIENCE,
                    () -> IntStream.range(0, BROKERS)
                            .allMatch(i -> liesOnlyIn(targets.get(i), brokers.get(i), partition)));
            load.awaitProgress();
            Figures.report(
                    "replicas move to other log directories, longest time without an acknowledgement",
                    load.longestGap());
            clients.awaitInSync(topic, BROKERS);
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
        }
        assertThat(reassign("--verify", partition, brokers, targets))
                .contains("Reassignment of replica " + partition + "-" + brokers.get(0) + " completed successfully");
        String described = KafkaTool.run(
                        "org.apache.kafka.tools.LogDirsCommand",
                        List.of("--bootstrap-server", CLUSTER.bootstrapServers(), "--describe", "--topic-list", topic))
                .orFail()
                .text();
        for (Path target : targets) assertThat(described).contains("\"logDir\":\"" + target + "\"");
        assertThat(described).contains("\"partition\":\"" + partition + "\"").doesNotContain("\"isFuture\":true");
        Segments.awaitEqual(CLUSTER, BROKERS, topic, 1);
    }

    @Test
    void aKilledBrokerGoesOnWithItsMove() {
        String topic = "killed-while-moving";
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.createTopic(topic, 1, 1, Map.of());
        String[] values = new String[200];
        Arrays.setAll(values, i -> i + "x".repeat(10_000));
        clients.send(topic, values);
        int broker = clients.leader(partition);
        Path target = otherDirectory(broker, partition);
        TopicPartitionReplica replica = new TopicPartitionReplica(topic, 0, broker);
        try (Admin admin = clients.admin()) {
            throttle(admin, broker, AlterConfigOp.OpType.SET);
            Await.until("the throttle is in effect", Clients.PATIENCE, () -> {
                Clients.get(admin.alterReplicaLogDirs(Map.of(replica, target.toString()))
                        .all());
                return Objects.equals(moving(admin, replica).getFutureReplicaLogDir(), target.toString())
                        && moving(admin, replica).getFutureReplicaOffsetLag() > 0;
            });
            CLUSTER.broker(broker).kill();
            assertThat(target.resolve(partition.toString())).doesNotExist();
            CLUSTER.heal();
            throttle(admin, broker, AlterConfigOp.OpType.DELETE);
            Await.until("it has moved", Clients.PATIENCE, () -> liesOnlyIn(target, broker, partition));
        }
        assertThat(Text.values(clients.readAll(topic))).containsExactly(values);
        delete(topic);
    }

    private static ReplicaLogDirInfo moving(Admin admin, TopicPartitionReplica replica) {
        return Objects.requireNonNull(
                Clients.get(admin.describeReplicaLogDirs(List.of(replica)).all())
                        .get(replica));
    }

    /** To much less than is to be moved. */
    private static void throttle(Admin admin, int broker, AlterConfigOp.OpType change) {
        ConfigEntry rate = new ConfigEntry("replica.alter.log.dirs.io.max.bytes.per.second", "20000");
        Clients.get(admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker)),
                        List.of(new AlterConfigOp(rate, change))))
                .all());
    }

    private static Path otherDirectory(int broker, TopicPartition partition) {
        Path present = directoryOf(broker, partition);
        return CLUSTER.logDirectories(broker).stream()
                .filter(each -> !each.equals(present))
                .findFirst()
                .orElseThrow();
    }

    private static boolean liesOnlyIn(Path target, int broker, TopicPartition partition) {
        return CLUSTER.logDirectories(broker).stream()
                .allMatch(each -> each.equals(target) == Files.exists(each.resolve(partition.toString())));
    }

    private static String reassign(String action, TopicPartition partition, List<Integer> brokers, List<Path> targets)
            throws IOException {
        Path file = CLUSTER.directory().resolve("directories-" + partition + ".json");
        String paths = targets.stream().map(path -> "\"" + path + "\"").collect(Collectors.joining(","));
        Files.writeString(
                file,
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + partition.topic() + "\",\"partition\":"
                        + partition.partition() + ",\"replicas\":" + brokers + ",\"log_dirs\":[" + paths + "]}]}");
        return KafkaTool.reassign(CLUSTER, file, action);
    }

    private static Path directoryOf(int broker, TopicPartition partition) {
        return Segments.logDirectory(CLUSTER, broker, partition);
    }
}
