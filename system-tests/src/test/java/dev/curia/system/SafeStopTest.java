package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Brokers stop when the cluster says that they may, and partitions move no faster than they are told to. */
@Tag("slow")
class SafeStopTest {
    private static final int NO = 5;
    private static final int BROKERS = 4;
    private static final SystemClock CLOCK = new SystemClock();

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS);

    private final Clients clients = Clients.of(CLUSTER);
    private final Curia curia = Curia.forCluster(CLUSTER);

    @AfterEach
    void heal() {
        CLUSTER.heal();
    }

    @Test
    void allBrokersRestartInTurnUnderLoad() {
        String topic = "rolled";
        clients.createTopic(topic, 4, 3, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync(topic, 3);
        try (Load load = Load.start(clients, topic, 4, 2)) {
            load.awaitProgress();
            load.resetGaps();
            for (int id = 1; id <= BROKERS; id++) {
                acquire(id);
                CLUSTER.broker(id).terminate();
                CLUSTER.broker(id).startAndAwaitReady();
            }
            curia.run("brokers", "safe-to-stop", "1", "--wait", "--timeout", "60");
            Duration gap = load.longestGap();
            Figures.report(
                    "all brokers restart in turn through the oracle, longest time without an acknowledgement", gap);
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
            assertThat(gap).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void ofTwoWhoAskAtOnceOneIsRefused() {
        clients.createTopic("pair", 1, 2, Map.of("min.insync.replicas", "1"));
        clients.awaitInSync("pair", 2);
        curia.run("brokers", "safe-to-stop", "1", "--wait", "--timeout", "60");
        CompletableFuture<Command.Result> one =
                CompletableFuture.supplyAsync(() -> curia.attempt("brokers", "safe-to-stop", "1", "--acquire"));
        Command.Result two = curia.attempt("brokers", "safe-to-stop", "2", "--acquire");
        List<Integer> codes = List.of(one.join().exitCode(), two.exitCode());
        assertThat(codes).containsExactlyInAnyOrder(0, NO);
        Command.Result refused = two.exitCode() == NO ? two : one.join();
        int holder = two.exitCode() == NO ? 1 : 2;
        assertThat(refused.text()).contains("Broker " + holder, "has the leave to stop");
        curia.run("brokers", "safe-to-stop", Integer.toString(holder), "--release");
        acquire(3);
        curia.run("brokers", "safe-to-stop", "3", "--release");

        clients.createTopic("single", 1, 1, Map.of());
        int only = clients.replicas(new TopicPartition("single", 0)).get(0);
        Command.Result no = curia.attempt("brokers", "safe-to-stop", Integer.toString(only), "--json");
        assertThat(no.exitCode()).isEqualTo(NO);
        assertThat(no.text()).contains("\"mayStop\": false", "single-0 has no other replica");
        curia.run("topics", "delete", "single");
    }

    @Test
    void aMoveTakesAsLongAsItsThrottleSays() {
        String topic = "throttled";
        TopicPartition partition = new TopicPartition(topic, 0);
        int bytes = 8_000_000;
        fill(topic, bytes);
        List<Integer> before = clients.replicas(partition);
        List<Integer> target = new ArrayList<>(before);
        target.set(1, others(before).get(0));
        long rate = 1_000_000; // long enough for two commands, each a process, on a busy machine
        clients.createTopic("beside", 1, 2, Map.of());
        try (Load load = Load.start(clients, "beside", 1, 1)) {
            load.awaitProgress();
            load.resetGaps();
            long began = CLOCK.monotonicNanos();
            curia.run(
                    "partitions",
                    "reassign",
                    topic,
                    "-p",
                    "0",
                    "--replicas",
                    target.get(0) + "," + target.get(1),
                    "--throttle",
                    Long.toString(rate));
            assertThat(curia.run("partitions", "moves").text()).contains(topic, rate + " B/s");
            Await.until(
                    "it moved",
                    Clients.PATIENCE,
                    () -> clients.replicas(partition).equals(target));
            Duration took = Duration.ofNanos(CLOCK.monotonicNanos() - began);
            Figures.report("a move of 8 MB throttled to 1 MB/s", took);
            Figures.report("beside it, longest time without an acknowledgement", load.longestGap());
            assertThat(took).isBetween(Duration.ofMillis(6_600), Duration.ofSeconds(30));
            assertThat(load.stop().violations()).isEmpty();
        }
        assertThat(curia.run("partitions", "moves").text()).contains("No partition moves");
    }

    @Test
    void kafkaReassignPartitionsThrottlesAndTakesTheThrottleAway() throws IOException {
        String topic = "kafka-throttled";
        TopicPartition partition = new TopicPartition(topic, 0);
        fill(topic, 6_000_000);
        List<Integer> before = clients.replicas(partition);
        List<Integer> target = new ArrayList<>(before);
        target.set(1, others(before).get(0));
        assertThat(reassign(partition, target, "--execute", "--throttle", "1000000"))
                .contains("Successfully started partition reassignment");
        long began = CLOCK.monotonicNanos();
        try (Admin admin = clients.admin()) {
            assertThat(broker(admin, before.get(0), "leader.replication.throttled.rate"))
                    .isEqualTo("1000000");
            Await.until(
                    "it moved",
                    Clients.PATIENCE,
                    () -> clients.replicas(partition).equals(target));
            Duration took = Duration.ofNanos(CLOCK.monotonicNanos() - began);
            Figures.report("kafka-reassign-partitions moves 6 MB throttled to 1 MB/s", took);
            assertThat(took).isGreaterThan(Duration.ofSeconds(3));
            assertThat(reassign(partition, target, "--verify")).contains("is completed", "Clearing broker-level");
            assertThat(broker(admin, before.get(0), "leader.replication.throttled.rate"))
                    .isEqualTo(Long.toString(Long.MAX_VALUE));
        }
    }

    private void acquire(int id) {
        curia.run("brokers", "safe-to-stop", Integer.toString(id), "--acquire", "--wait", "--timeout", "60");
    }

    private static String broker(Admin admin, int id, String key) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
        Config config = Clients.get(admin.describeConfigs(List.of(resource)).all())
                .getOrDefault(resource, new Config(List.of()));
        ConfigEntry entry = config.get(key);
        return entry == null ? "" : entry.value();
    }

    /** On two brokers, with noise that no codec makes smaller. */
    private void fill(String topic, int bytes) {
        clients.createTopic(topic, 1, 2, Map.of());
        clients.awaitInSync(topic, 2);
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            for (int sent = 0; sent < bytes; sent += noise.length) {
                var unused = producer.send(new ProducerRecord<>(topic, 0, null, noise));
            }
            producer.flush();
        }
    }

    private static List<Integer> others(List<Integer> brokers) {
        List<Integer> others = new ArrayList<>();
        for (int id = 1; id <= BROKERS; id++) if (!brokers.contains(id)) others.add(id);
        return others;
    }

    private static String reassign(TopicPartition partition, List<Integer> replicas, String... action)
            throws IOException {
        Path file = CLUSTER.directory().resolve("move-" + partition + ".json");
        Files.writeString(
                file,
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + partition.topic() + "\",\"partition\":"
                        + partition.partition() + ",\"replicas\":" + replicas + "}]}");
        List<String> arguments = new ArrayList<>(
                List.of("--bootstrap-server", CLUSTER.bootstrapServers(), "--reassignment-json-file", file.toString()));
        arguments.addAll(List.of(action));
        return KafkaTool.run("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", arguments)
                .orFail()
                .text();
    }
}
