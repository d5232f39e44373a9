package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apache Kafka's own DumpLogSegments reads what is on our disk, and finds nothing wrong with the indexes. */
class SegmentFilesTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("offsets.topic.num.partitions", "1");

    private final Clients clients = Clients.of(CLUSTER);

    @Test
    void kafkasToolReadsSegmentsAndChecksTheirIndexes() {
        TopicPartition partition = new TopicPartition("dumped", 0);
        clients.createTopic("dumped", 1, 1, Map.of("segment.bytes", "1048576", "index.interval.bytes", "1024"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(
                Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4", ProducerConfig.BATCH_SIZE_CONFIG, 4_096))) {
            Clients.send(
                    producer,
                    IntStream.range(0, 3_000)
                            .mapToObj(i -> new ProducerRecord<>("dumped", Text.bytes("key-" + i), noise(i)))
                            .toList());
        }
        CLUSTER.node().terminate();
        try {
            Segments segments = Segments.of(CLUSTER, LocalCluster.STANDALONE, partition);
            List<Path> logs = segments.logs();
            assertThat(logs).as("segments").hasSizeGreaterThan(1);
            assertThat(segments.files(".index")).hasSameSizeAs(logs);
            assertThat(segments.files(".timeindex")).hasSameSizeAs(logs);
            List<Path> files = new ArrayList<>(logs);
            files.addAll(segments.files(".index"));
            files.addAll(segments.files(".timeindex"));

            String dump = segments.dump(files, "--index-sanity-check", "--deep-iteration")
                    .text();

            assertThat(dump)
                    .contains("compresscodec: lz4", "| offset: 0 ", "| offset: 2999 ")
                    .contains(".index passed sanity check")
                    .doesNotContain("isvalid: false", "Mismatches", "Non-secutive", "not found", "Invalid");
            assertThat(dump.lines().filter(line -> line.startsWith("| offset: ")))
                    .hasSize(3_000);
        } finally {
            CLUSTER.heal();
        }
    }

    @Test
    void kafkasToolDecodesCommittedOffsets() {
        clients.createTopic("committed");
        TopicPartition partition = new TopicPartition("committed", 0);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer("decoded-group")) {
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(41, "note")), Clients.PATIENCE);
        }
        Segments offsets = Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition("__consumer_offsets", 0));

        assertThat(offsets.dump(offsets.logs(), "--offsets-decoder").text())
                .contains("decoded-group", "committed", "\"offset\":41", "note");
    }

    /** A value of about 1.5 KB that does not compress to nothing. */
    private static byte[] noise(int seed) {
        byte[] bytes = new byte[1_500];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
