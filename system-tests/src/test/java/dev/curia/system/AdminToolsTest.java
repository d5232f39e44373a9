package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Apache Kafka's own tools administer topics: settings, deleted records, log directories, offsets by every special time. */
class AdminToolsTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("log.retention.check.interval.ms", "200");

    private final SystemClock clock = new SystemClock();
    private final Clients clients = Clients.of(CLUSTER);

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-configs: topics")
    void kafkaConfigsAltersAndDescribesATopic() {
        clients.createTopic("altered");
        clients.send("altered", "x".repeat(5_000));

        assertThat(configs(
                                "--alter",
                                "altered",
                                "--add-config",
                                "max.message.bytes=1000,cleanup.policy=[compact,delete]")
                        .orFail()
                        .text())
                .contains("Completed updating config for topic altered");
        assertThat(configs("--describe", "altered").orFail().text())
                .contains(
                        "max.message.bytes=1000",
                        "DYNAMIC_TOPIC_CONFIG:max.message.bytes=1000, DEFAULT_CONFIG:message.max.bytes=1048588",
                        "cleanup.policy=compact,delete");
        assertThat(Curia.forCluster(CLUSTER)
                        .run("topics", "describe", "altered")
                        .text())
                .contains("max.message.bytes=1000");
        assertThatThrownBy(() -> clients.send("altered", "x".repeat(5_000)))
                .isInstanceOf(RecordTooLargeException.class);

        configs("--alter", "altered", "--delete-config", "max.message.bytes,cleanup.policy")
                .orFail();
        clients.send("altered", "x".repeat(5_000));
        assertThat(configs("--describe", "altered").orFail().text())
                .contains("Dynamic configs for topic altered are:")
                .doesNotContain("max.message.bytes", "cleanup.policy");
    }

    @Test
    void whatMayNotBeAlteredIsExplained() {
        clients.createTopic("refused");
        Command.Result bad = configs("--alter", "refused", "--add-config", "retention.ms=soon");
        assertThat(bad.exitCode()).isNotZero();
        assertThat(bad.text() + bad.err())
                .contains("InvalidConfigurationException", "Invalid value 'soon' for retention.ms");
        assertThat(Curia.forCluster(CLUSTER)
                        .attempt(
                                "topics",
                                "alter",
                                "refused",
                                "-c",
                                "min.compaction.lag.ms=9",
                                "-c",
                                "max.compaction.lag.ms=5")
                        .err())
                .contains("Invalid value '9' for min.compaction.lag.ms", "max.compaction.lag.ms, which is 5");
        assertThat(Curia.forCluster(CLUSTER)
                        .run("topics", "describe", "refused")
                        .text())
                .doesNotContain("Config:");
    }

    @Test
    void alteredRetentionMovesTheStartAndRemovesTheFiles() {
        TopicPartition partition = new TopicPartition("retained", 0);
        clients.createTopic("retained", 1, 1, Map.of("segment.bytes", "1048576", "file.delete.delay.ms", "0"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(
                    producer,
                    IntStream.range(0, 30)
                            .mapToObj(i -> new ProducerRecord<byte[], byte[]>("retained", new byte[100_000]))
                            .toList());
        }
        Segments segments = Segments.of(CLUSTER, LocalCluster.STANDALONE, partition);
        assertThat(segments.logs()).hasSizeGreaterThan(2);
        assertThat(offset(partition, OffsetSpec.earliest())).isZero();

        configs("--alter", "retained", "--add-config", "retention.bytes=1048576")
                .orFail();
        Await.until("the start moves", Clients.PATIENCE, () -> offset(partition, OffsetSpec.earliest()) > 0);
        Await.until("files go", Clients.PATIENCE, () -> segments.logs().size() <= 2);
        assertThat(clients.readAll("retained")).isNotEmpty().hasSizeLessThan(30);

        configs("--alter", "retained", "--add-config", "retention.ms=1").orFail();
        Await.until("all is gone", Clients.PATIENCE, () -> offset(partition, OffsetSpec.earliest()) == 30);
        clients.send("retained", "after");
        assertThat(offset(partition, OffsetSpec.latest())).isEqualTo(31);
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-delete-records")
    void kafkaDeleteRecordsMovesTheStartForGood() {
        TopicPartition partition = new TopicPartition("deleted", 0);
        clients.createTopic("deleted");
        clients.send("deleted", IntStream.range(0, 10).mapToObj(i -> "v" + i).toArray(String[]::new));

        assertThat(deleteRecords(partition, 6)).contains("partition: deleted-0\tlow_watermark: 6");

        assertThat(Text.values(clients.readAll("deleted"))).containsExactly("v6", "v7", "v8", "v9");
        CLUSTER.node().kill();
        CLUSTER.heal();
        assertThat(offset(partition, OffsetSpec.earliest())).as("after a kill").isEqualTo(6);
        assertThat(deleteRecords(partition, 99)).contains("OffsetOutOfRangeException");
        assertThat(deleteRecords(partition, -1)).contains("low_watermark: 10");
        assertThat(clients.readAll("deleted")).isEmpty();
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-topics: adds partitions")
    void kafkaTopicsAddsPartitionsAndRecordsGoToThem() {
        clients.createTopic("grown", 1, 1, Map.of());
        clients.send("grown", "before");
        topics("--alter", "--topic", "grown", "--partitions", "3").orFail();
        assertThat(clients.partitions("grown")).isEqualTo(3);
        assertThat(Curia.forCluster(CLUSTER)
                        .run("partitions", "add", "grown", "--total", "5")
                        .text())
                .isEqualTo("Topic grown has 5 partitions.\n");
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(
                    producer,
                    IntStream.range(0, 5)
                            .mapToObj(p -> new ProducerRecord<byte[], byte[]>("grown", p, null, Text.bytes("to " + p)))
                            .toList());
        }
        assertThat(Text.values(clients.readAll("grown")))
                .containsExactlyInAnyOrder("before", "to 0", "to 1", "to 2", "to 3", "to 4");

        Command.Result fewer = topics("--alter", "--topic", "grown", "--partitions", "2");
        assertThat(fewer.text() + fewer.err()).contains("has 5 partitions and should get 2; expected 6 to 10000");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-log-dirs")
    void kafkaLogDirsShowsWhatPartitionsTake() {
        clients.createTopic("sized", 2, 1, Map.of());
        clients.send("sized", "x".repeat(10_000));
        long bytes = Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition("sized", 0))
                .bytes()
                .length;

        String described = KafkaTool.run(
                        "org.apache.kafka.tools.LogDirsCommand",
                        List.of(
                                "--bootstrap-server",
                                CLUSTER.bootstrapServers(),
                                "--describe",
                                "--topic-list",
                                "sized"))
                .orFail()
                .text();

        assertThat(described)
                .contains(
                        "\"logDir\":\"" + CLUSTER.logDirectory(LocalCluster.STANDALONE) + "\"",
                        "\"error\":null",
                        "\"partition\":\"sized-0\",\"size\":" + bytes + ",\"offsetLag\":0,\"isFuture\":false",
                        "\"partition\":\"sized-1\",\"size\":0")
                .doesNotContain("__");
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-get-offsets: every special time")
    void kafkaGetOffsetsKnowsEverySpecialTime() {
        TopicPartition partition = new TopicPartition("looked-up", 0);
        clients.createTopic("looked-up", 1, 1, Map.of("retention.ms", "-1"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            for (long time : new long[] {1_000, 5_000, 3_000, 4_000}) {
                Clients.send(producer, List.of(new ProducerRecord<>("looked-up", 0, time, null, Text.bytes("v"))));
            }
        }
        assertThat(deleteRecords(partition, 1)).contains("low_watermark: 1");

        Map<String, String> expected = Map.ofEntries(
                Map.entry("latest", "looked-up:0:4"),
                Map.entry("-1", "looked-up:0:4"),
                Map.entry("earliest", "looked-up:0:1"),
                Map.entry("-2", "looked-up:0:1"),
                Map.entry("max-timestamp", "looked-up:0:1"),
                Map.entry("-3", "looked-up:0:1"),
                Map.entry("earliest-local", "looked-up:0:1"),
                Map.entry("latest-tiered", ""),
                Map.entry("earliest-pending-upload", ""),
                Map.entry("1000", "looked-up:0:1"),
                Map.entry("3500", "looked-up:0:1"),
                Map.entry("5000", "looked-up:0:1"),
                Map.entry("5001", ""));
        expected.forEach((time, offsets) ->
                assertThat(getOffsets("looked-up", time)).as(time).isEqualTo(offsets));
    }

    /** Its own time is looked for and shown, not the one that producers named. */
    @Test
    void kafkaGetOffsetsAndKcatLookUpTheBrokersTime() {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        clients.createTopic("stamped", 1, 1, Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "-1"));
        List<Long> before = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            for (int i = 0; i < 3; i++) {
                long last = clock.wallMillis();
                Await.until("a later time", Clients.PATIENCE, () -> clock.wallMillis() > last);
                before.add(clock.wallMillis());
                Clients.send(producer, List.of(new ProducerRecord<>("stamped", 0, 7_000L, null, Text.bytes("v" + i))));
            }
        }
        long after = clock.wallMillis() + 1;

        assertThat(getOffsets("stamped", "max-timestamp")).isEqualTo("stamped:0:2");
        assertThat(getOffsets("stamped", "7000")).isEqualTo("stamped:0:0");
        assertThat(getOffsets("stamped", "" + before.get(1))).isEqualTo("stamped:0:1");
        assertThat(getOffsets("stamped", "" + after)).isEmpty();
        String shown = kcat.consume("-t", "stamped", "-o", "s@" + before.get(1), "-e", "-f", "%o %s %T\n")
                .text();
        assertThat(shown.lines()).hasSize(2);
        assertThat(shown.lines().map(line -> line.split(" ")).toList())
                .satisfiesExactly(
                        first -> assertThat(Long.parseLong(first[2])).isBetween(before.get(1), before.get(2)),
                        second -> assertThat(Long.parseLong(second[2])).isBetween(before.get(2), after));
        assertThat(shown).startsWith("1 v1 ").contains("\n2 v2 ");
    }

    @Test
    @Shows(client = Program.KCAT, value = "reads from one time to another")
    void kcatReadsFromOneTimeToAnother() {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        clients.createTopic("timed", 1, 1, Map.of("retention.ms", "-1"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            for (long time : new long[] {1_000, 2_000, 3_000, 3_000, 4_000}) {
                Clients.send(producer, List.of(new ProducerRecord<>("timed", 0, time, null, Text.bytes("v"))));
            }
        }
        assertThat(kcat.consume("-t", "timed", "-o", "s@1500", "-o", "e@3500", "-e", "-f", "%o %T\n")
                        .text())
                .isEqualTo("""
                        1 2000
                        2 3000
                        3 3000
                        """);
        assertThat(kcat.consume("-t", "timed", "-o", "s@4000", "-e", "-f", "%o %T\n")
                        .text())
                .isEqualTo("4 4000\n");
    }

    @ParameterizedTest
    @CsvSource({"CreateTime, true", "LogAppendTime, false"})
    void kcatShowsTheTimeThatTheTopicSays(String type, boolean producersTime) {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        String topic = "times-" + type;
        clients.createTopic(topic, 1, 1, Map.of("message.timestamp.type", type, "retention.ms", "-1"));
        long before = clock.wallMillis();
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(producer, List.of(new ProducerRecord<>(topic, 0, 1_234_567L, null, Text.bytes("v"))));
        }
        long after = clock.wallMillis();

        long shown = Long.parseLong(kcat.consume("-t", topic, "-o", "beginning", "-e", "-f", "%T\n")
                .text()
                .strip());

        if (producersTime) assertThat(shown).isEqualTo(1_234_567L);
        else assertThat(shown).isBetween(before, after);
    }

    private static Command.Result configs(String action, String topic, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--bootstrap-server",
                CLUSTER.bootstrapServers(),
                action,
                "--entity-type",
                "topics",
                "--entity-name",
                topic));
        arguments.addAll(List.of(more));
        return KafkaTool.run("kafka.admin.ConfigCommand", arguments);
    }

    private static Command.Result topics(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", CLUSTER.bootstrapServers()));
        all.addAll(List.of(arguments));
        return KafkaTool.run("org.apache.kafka.tools.TopicCommand", all);
    }

    /** What kafka-get-offsets says: topic, partition, offset; nothing where no record is as late. */
    private static String getOffsets(String topic, String time) {
        return KafkaTool.run(
                        "org.apache.kafka.tools.GetOffsetShell",
                        List.of("--bootstrap-server", CLUSTER.bootstrapServers(), "--topic", topic, "--time", time))
                .orFail()
                .text()
                .strip();
    }

    private static String deleteRecords(TopicPartition partition, long beforeOffset) {
        Path file = CLUSTER.directory().resolve("delete-" + partition + ".json");
        try {
            Files.writeString(
                    file,
                    "{\"version\":1,\"partitions\":[{\"topic\":\"" + partition.topic() + "\",\"partition\":"
                            + partition.partition() + ",\"offset\":" + beforeOffset + "}]}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.Result result = KafkaTool.run(
                "org.apache.kafka.tools.DeleteRecordsCommand",
                List.of("--bootstrap-server", CLUSTER.bootstrapServers(), "--offset-json-file", file.toString()));
        return result.text() + result.err();
    }

    private long offset(TopicPartition partition, OffsetSpec spec) {
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition))
                    .offset();
        }
    }
}
