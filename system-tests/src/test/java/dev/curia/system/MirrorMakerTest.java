package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** MirrorMaker 2 as it is, between two clusters. */
@Tag("slow")
class MirrorMakerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 300;

    @RegisterExtension
    static final LocalCluster SOURCE = LocalCluster.standalone();

    static final LocalCluster TARGET = LocalCluster.standalone();

    @BeforeAll
    static void startTarget() {
        TARGET.startAs(MirrorMakerTest.class.getSimpleName() + "-target");
    }

    @AfterAll
    static void stopTarget() {
        TARGET.close();
    }

    @Test
    @Shows(client = Program.MIRROR_MAKER, value = "copies topics with their configuration, records and groups' offsets")
    void topicsConfigurationsRecordsAndOffsetsAreCopied() throws Exception {
        Clients source = Clients.of(SOURCE);
        Clients target = Clients.of(TARGET);
        source.createTopic("events", PARTITIONS, 1, Map.of("retention.ms", "123456789"));
        produce(source, 0);
        try (Admin admin = source.admin()) {
            for (int p = 0; p < PARTITIONS; p++) {
                Clients.get(admin.alterConsumerGroupOffsets(
                                "readers",
                                Map.of(new TopicPartition("events", p), new OffsetAndMetadata(RECORDS / PARTITIONS)))
                        .all());
            }
        }
        try (ClientProcess mirror = start()) {
            awaitRecords(mirror, target, RECORDS);
            // Before there is more: it translates the offsets near the end exactly, but older ones only roughly.
            Await.until(
                    "the offsets of the group",
                    PATIENCE,
                    () -> IntStream.range(0, PARTITIONS)
                            .allMatch(p -> target.committed("readers", new TopicPartition("source.events", p))
                                    .equals(Optional.of((long) RECORDS / PARTITIONS))));
            produce(source, RECORDS);
            awaitRecords(mirror, target, 2 * RECORDS);
            assertThat(mirror.logText()).doesNotContain(" ERROR ");
        }
        assertThat(described(target, "source.events")).containsExactlyElementsOf(described(source, "events"));
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "source.events");
        try (Admin admin = target.admin()) {
            assertThat(Objects.requireNonNull(Clients.get(admin.describeConfigs(List.of(topic))
                                            .all())
                                    .get(topic))
                            .get("retention.ms")
                            .value())
                    .isEqualTo("123456789");
        }
    }

    private static ClientProcess start() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put("clusters", "source, target");
        config.put("source.bootstrap.servers", SOURCE.bootstrapServers());
        config.put("target.bootstrap.servers", TARGET.bootstrapServers());
        config.put("source->target.enabled", "true");
        config.put("source->target.topics", "events");
        config.put("source->target.groups", "readers");
        for (String of : List.of(
                "",
                "checkpoints.topic.",
                "heartbeats.topic.",
                "offset-syncs.topic.",
                "offset.storage.",
                "status.storage.",
                "config.storage.")) {
            config.put(of + "replication.factor", "1");
        }
        config.put("offset.storage.partitions", "1");
        config.put("status.storage.partitions", "1");
        config.put("sync.group.offsets.enabled", "true");
        config.put("sync.group.offsets.interval.seconds", "1");
        config.put("emit.checkpoints.interval.seconds", "1");
        config.put("refresh.groups.interval.seconds", "1");
        config.put("refresh.topics.interval.seconds", "1");
        config.put("offset.lag.max", "0");
        config.put("offset.flush.interval.ms", "500");
        config.put("scheduled.rebalance.max.delay.ms", "0");
        config.put("plugin.discovery", "service_load");
        Path file = SOURCE.directory().resolve("mirror.properties");
        LocalCluster.writeProperties(file, config);
        return ClientProcess.java(
                Libraries.of("connect").classPath(),
                "org.apache.kafka.connect.mirror.MirrorMaker",
                List.of(file.toString()),
                SOURCE.directory().resolve("mirror.log"));
    }

    private static void produce(Clients source, int from) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = from; i < from + RECORDS; i++) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    "events", i % PARTITIONS, 1_700_000_000_000L + i, Text.bytes("key-" + i), Text.bytes("value-" + i));
            record.headers().add("number", Text.bytes(Integer.toString(i)));
            records.add(record);
        }
        try (KafkaProducer<byte[], byte[]> producer = source.producer()) {
            Clients.send(producer, records);
        }
    }

    private static void awaitRecords(ClientProcess mirror, Clients target, int count) {
        try (Admin admin = target.admin()) {
            Await.until(count + " records", PATIENCE, () -> {
                mirror.checkAlive();
                return Clients.get(admin.listTopics().names()).contains("source.events")
                        && target.readAll("source.events").size() == count;
            });
        }
    }

    /** All that is to be the same in a copy, ordered by partition and offset. */
    private static List<String> described(Clients clients, String topic) {
        return clients.readAll(topic).stream()
                .sorted((a, b) -> a.partition() != b.partition()
                        ? Integer.compare(a.partition(), b.partition())
                        : Long.compare(a.offset(), b.offset()))
                .map(MirrorMakerTest::describe)
                .toList();
    }

    private static String describe(ConsumerRecord<byte[], byte[]> record) {
        return record.partition() + " " + record.offset() + " " + record.timestamp() + " " + Text.of(record.key()) + " "
                + Text.of(record.value()) + " "
                + Text.of(record.headers().lastHeader("number").value());
    }
}
