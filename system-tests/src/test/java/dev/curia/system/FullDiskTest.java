package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.testkit.Await;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A small disk fills up under a broker: refused, survived, resumed; nothing acknowledged is lost. */
@Tag("slow")
class FullDiskTest {
    private static final int MEBIBYTES = 48;
    private static final String TOPIC = "full";

    /** Records of the broker's own fill the disk up to the reserve. */
    @Test
    void appendsAreRefusedBeforeTheDiskIsFullAndGoOnByThemselves() {
        Tmpfs[] disk = new Tmpfs[1];
        try (LocalCluster cluster = LocalCluster.standalone()
                .with("offsets.topic.num.partitions", "1")
                .beforeStart(starting -> disk[0] = Tmpfs.mount(starting.logDirectory(1), MEBIBYTES))
                .startAs("FullDiskTest-reserve")) {
            Clients clients = Clients.of(cluster);
            Metrics metrics = new Metrics(cluster.node());
            clients.createTopic(TOPIC, 1, 1, Map.of("segment.bytes", "4194304"));

            int acknowledged = fill(clients);

            assertThat(metrics.sum("curia_log_directory_full")).isEqualTo(1);
            assertThat(metrics.sum("curia_log_directory_usable_bytes")).isPositive();
            assertThat(cluster.node().isAlive()).isTrue();
            assertThat(clients.readAll(TOPIC)).hasSize(acknowledged);
            Kcat kcat = Kcat.forCluster(cluster);
            assertThatThrownBy(() -> kcat.produce(Text.bytes("no room"), "-t", TOPIC, "-X", "message.timeout.ms=2000"))
                    .hasMessageContaining("failed");

            // A restart finds the disk as full as before.
            cluster.node().kill();
            cluster.node().startAndAwaitReady();
            assertThat(clients.readAll(TOPIC)).hasSize(acknowledged);

            disk[0].resize(2 * MEBIBYTES);
            clients.send(TOPIC, "there is room again");
            kcat.produce(Text.bytes("for everybody"), "-t", TOPIC);
            assertThat(clients.readAll(TOPIC)).hasSize(acknowledged + 2);
            assertThat(metrics.sum("curia_log_directory_full")).isZero();
            assertThat(cluster.node().logText()).containsOnlyOnce("has room again");
        } finally {
            if (disk[0] != null) disk[0].close();
        }
    }

    /** Retention makes the room: it goes on while appends are refused. */
    @Test
    void retentionGoesOnAndMakesRoom() {
        Tmpfs[] disk = new Tmpfs[1];
        try (LocalCluster cluster = LocalCluster.standalone()
                .with("log.retention.check.interval.ms", "500")
                .beforeStart(starting -> disk[0] = Tmpfs.mount(starting.logDirectory(1), MEBIBYTES))
                .startAs("FullDiskTest-retention")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic("old", 1, 1, Map.of("segment.bytes", "4194304", "retention.bytes", "12582912"));
            clients.createTopic(TOPIC, 1, 1, Map.of("segment.bytes", "4194304"));
            int acknowledged = fill(clients);
            assertThat(acknowledged).isPositive();

            try (var admin = clients.admin()) {
                Clients.get(admin.deleteTopics(List.of("old")).all());
                Clients.get(admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, TOPIC),
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("retention.bytes", "8388608"), AlterConfigOp.OpType.SET))))
                        .all());
            }
            clients.send(TOPIC, "there is room again");
            assertThat(clients.readAll(TOPIC)).hasSizeBetween(1, acknowledged);
        } finally {
            if (disk[0] != null) disk[0].close();
        }
    }

    /** Another program fills the disk to the last byte, under an append; the clients notice nothing but the delay. */
    @Test
    void anotherProgramFillsTheDisk() {
        Tmpfs[] disk = new Tmpfs[1];
        try (LocalCluster cluster = LocalCluster.standalone()
                .with("log.dir.reserve.bytes", "0")
                .beforeStart(starting -> disk[0] = Tmpfs.mount(starting.logDirectory(1), MEBIBYTES))
                .startAs("FullDiskTest-filled")) {
            Clients clients = Clients.of(cluster);
            Metrics metrics = new Metrics(cluster.node());
            clients.createTopic(TOPIC, 2, 1, Map.of());
            try (Load load = Load.start(clients, TOPIC, 2, 2)) {
                disk[0].fillUp();
                Await.until("the disk is full", Clients.PATIENCE, () -> metrics.sum("curia_log_directory_full") == 1);
                int stalledAt = load.acknowledged();
                assertThat(clients.readAll(TOPIC)).hasSizeGreaterThanOrEqualTo(stalledAt);

                disk[0].removeFiller();
                load.awaitProgress();
                History history = load.stop();
                assertThat(history.violations()).isEmpty();
                assertThat(history.acks()).hasSameSizeAs(history.sends());
            }
            assertThat(cluster.node().isAlive()).isTrue();
            assertThat(metrics.sum("curia_log_directory_offline")).isZero();
        } finally {
            if (disk[0] != null) disk[0].close();
        }
    }

    /** One broker of three has a full disk: it leaves the ISR, the others go on, and it comes back. */
    @Test
    void theOthersGoOnWithoutABrokerWhoseDiskIsFull() {
        int small = 3;
        Tmpfs[] disk = new Tmpfs[1];
        try (LocalCluster cluster = LocalCluster.of(1, 3)
                .with("replica.lag.time.max.ms", "2000")
                .beforeStart(starting -> disk[0] = Tmpfs.mount(starting.logDirectory(small), MEBIBYTES))
                .startAs("FullDiskTest-cluster")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic(TOPIC, 3, 3, Map.of("min.insync.replicas", "2"));
            clients.awaitInSync(TOPIC, 3);
            Metrics metrics = new Metrics(cluster.broker(small));
            try (Load load = Load.start(clients, TOPIC, 3, 2)) {
                load.resetGaps();
                disk[0].fillUp();
                Await.until("the disk is full", Clients.PATIENCE, () -> metrics.sum("curia_log_directory_full") == 1);
                clients.awaitInSync(TOPIC, 2);
                load.awaitProgress();
                Figures.report("a broker's disk fills up, longest time without an acknowledgement", load.longestGap());
                for (int p = 0; p < 3; p++) clients.awaitLeader(new TopicPartition(TOPIC, p), id -> id != small);

                disk[0].removeFiller();
                clients.awaitInSync(TOPIC, 3);
                load.awaitProgress();
                History history = load.stop();
                assertThat(history.violations()).isEmpty();
                assertThat(history.acks()).hasSameSizeAs(history.sends());
            }
            assertThat(metrics.sum("curia_log_directory_offline")).isZero();
        } finally {
            if (disk[0] != null) disk[0].close();
        }
    }

    /** @return how many were acknowledged before the first was refused for good */
    private static int fill(Clients clients) {
        Map<String, Object> impatient = Map.of(
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 4_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
        byte[] value = Text.bytes("x".repeat(100_000));
        int acknowledged = 0;
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(impatient)) {
            while (acknowledged < 10_000) {
                Clients.send(producer, List.of(new ProducerRecord<>(TOPIC, 0, null, value)));
                acknowledged++;
            }
        } catch (TimeoutException | KafkaStorageException refused) {
            return acknowledged;
        }
        throw new AssertionError("all fitted: " + acknowledged);
    }
}
