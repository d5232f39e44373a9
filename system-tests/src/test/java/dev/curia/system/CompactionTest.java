package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Compacted topics of a real node, seen by stock clients and by Apache Kafka's own tool. */
class CompactionTest {
    private static final Map<String, String> COMPACTED = Map.of(
            "cleanup.policy", "compact",
            "segment.bytes", "1048576",
            "min.cleanable.dirty.ratio", "0",
            "max.compaction.lag.ms", "500",
            "delete.retention.ms", "500");
    private static final int KEYS = 300;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("log.cleaner.backoff.ms", "50")
            // Keys do not fit: several passes.
            .with("log.cleaner.dedupe.buffer.size", "1048576")
            .with("log.cleaner.threads", "256")
            .with("log.cleaner.min.cleanable.ratio", "0")
            .with("log.cleaner.max.compaction.lag.ms", "500")
            .with("offsets.topic.num.partitions", "1");

    private final Clients clients = Clients.of(CLUSTER);
    private final SplittableRandom random = new SplittableRandom(1);
    private final Map<String, String> newest = new HashMap<>();
    private int serial;

    /** Some records, a few of them tombstones, most of keys that were written before. */
    private List<ProducerRecord<byte[], byte[]>> records(String topic, int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "key-" + random.nextInt(KEYS);
            String value = random.nextInt(10) == 0 ? null : serial++ + "-" + "x".repeat(random.nextInt(1_000));
            if (value == null) newest.remove(key);
            else newest.put(key, value);
            records.add(new ProducerRecord<>(topic, Text.bytes(key), value == null ? null : Text.bytes(value)));
        }
        return records;
    }

    private void send(String topic, int count) {
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(
                Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4", ProducerConfig.BATCH_SIZE_CONFIG, 16_384))) {
            Clients.send(producer, records(topic, count));
        }
    }

    /** What is left of reading everything from the beginning. */
    private Map<String, String> read(String topic) {
        Map<String, String> values = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : clients.readAll(topic)) {
            if (record.value() == null) values.remove(Text.of(record.key()));
            else values.put(Text.of(record.key()), Text.of(record.value()));
        }
        return values;
    }

    /** The same, read by librdkafka. Neither keys nor values hold tabs or line ends. */
    private static Map<String, String> readWithKcat(String topic) {
        Map<String, String> values = new HashMap<>();
        Kcat.forCluster(CLUSTER)
                .consume("-t", topic, "-o", "beginning", "-e", "-f", "%k\t%S\t%s\n")
                .text()
                .lines()
                .map(line -> line.split("\t", -1))
                .forEach(record -> {
                    if (record[1].equals("-1")) values.remove(record[0]);
                    else values.put(record[0], record[2]);
                });
        return values;
    }

    /** Until the log holds each key once, and no tombstone. */
    private void awaitCompacted(String topic) {
        Await.until("only newest values in " + topic, Clients.PATIENCE, () -> {
            // Tombstones go in a cleaning after their time, and a cleaning needs something to clean.
            try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
                newest.put("tick", "" + serial);
                Clients.send(
                        producer, List.of(new ProducerRecord<>(topic, Text.bytes("tick"), Text.bytes("" + serial++))));
            }
            Set<String> keys = new HashSet<>();
            for (ConsumerRecord<byte[], byte[]> record : clients.readAll(topic)) {
                boolean ticks = Text.of(record.key()).equals("tick");
                if (record.value() == null || (!keys.add(Text.of(record.key())) && !ticks)) return false;
            }
            return true;
        });
    }

    @Test
    void aCompactedTopicReadBackHoldsExactlyTheNewestValues() {
        clients.createTopic("compacted", 1, 1, COMPACTED);
        for (int round = 0; round < 4; round++) send("compacted", 2_000);
        awaitCompacted("compacted");
        assertThat(read("compacted")).isEqualTo(newest);
        assertThat(readWithKcat("compacted")).isEqualTo(newest);

        CLUSTER.node().terminate();
        try {
            Segments segments = Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition("compacted", 0));
            List<Path> files = new ArrayList<>(segments.logs());
            files.addAll(segments.files(".index"));
            files.addAll(segments.files(".timeindex"));
            files.addAll(segments.files(".snapshot"));
            assertThat(segments.files(".snapshot")).isNotEmpty();
            assertThat(segments.files(".swap")).isEmpty();
            assertThat(segments.files(".cleaned")).isEmpty();

            String dump = segments.dump(files, "--index-sanity-check", "--deep-iteration")
                    .text();

            assertThat(dump)
                    .contains("compresscodec: lz4", ".index passed sanity check", ".timeindex passed sanity check")
                    .contains("producerId: ")
                    .doesNotContain("isvalid: false", "Mismatches", "not found", "Invalid");
            assertThat(CLUSTER.logDirectory(LocalCluster.STANDALONE).resolve("cleaner-offset-checkpoint"))
                    .content()
                    .contains("compacted 0 ");
        } finally {
            CLUSTER.heal();
        }
        assertThat(read("compacted")).isEqualTo(newest);
    }

    @Test
    void killsInTheMiddleOfItLoseNothing() {
        clients.createTopic("killed", 1, 1, COMPACTED);
        for (int round = 0; round < 4; round++) {
            send("killed", 4_000);
            // At some moment of the cleanings that follow at once: the log says when the first has ended.
            int kills = round;
            Await.until(
                    "a cleaning",
                    Clients.PATIENCE,
                    () -> CLUSTER.node()
                                    .logText()
                                    .lines()
                                    .filter(line -> line.contains("killed-0 is compacted"))
                                    .count()
                            > kills);
            CLUSTER.node().kill();
            CLUSTER.heal();
            assertThat(read("killed")).isEqualTo(newest);
        }
        awaitCompacted("killed");
        assertThat(read("killed")).isEqualTo(newest);
    }

    @Test
    void committedOffsetsAreFoundInWhatCompactionLeft() {
        clients.createTopic("committed");
        TopicPartition partition = new TopicPartition("committed", 0);
        TopicPartition offsets = new TopicPartition("__consumer_offsets", 0);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer("compacted-group")) {
            consumer.assign(List.of(partition));
            for (int i = 1; i <= 200; i++) consumer.commitSync(Map.of(partition, new OffsetAndMetadata(i)));
        }
        try (KafkaConsumer<byte[], byte[]> other = clients.groupConsumer("other-group")) {
            other.assign(List.of(partition));
            Await.until("few of the commits are left", Clients.PATIENCE, () -> {
                other.commitSync(Map.of(partition, new OffsetAndMetadata(7)));
                return clients.readAll(offsets.topic()).size() < 100;
            });
        }

        CLUSTER.node().kill();
        CLUSTER.heal();

        assertThat(clients.committed("compacted-group", partition)).contains(200L);
        assertThat(clients.committed("other-group", partition)).contains(7L);
    }
}
