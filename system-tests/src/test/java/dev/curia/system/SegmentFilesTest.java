package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apache Kafka's own DumpLogSegments reads what is on our disk, and finds nothing wrong with the indexes. */
class SegmentFilesTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("offsets.topic.num.partitions", "1");

    private static final long TIME = 1_700_000_000_000L;

    private final Clients clients = Clients.of(CLUSTER);

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-dump-log: segments and indexes")
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
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-dump-log: committed offsets")
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

    /**
     * Transactions as a coordinator of Apache Kafka would leave them in a log: one aborted, one committed, one open, another aborted. The
     * node finds them when it recovers.
     */
    @Test
    void kafkasToolsShowTransactionsThatWereRecovered() throws IOException {
        TopicPartition partition = new TopicPartition("transacted", 0);
        clients.createTopic(partition.topic(), 1, 1, Map.of("retention.ms", "-1"));
        clients.send(partition.topic(), "plain");
        long finished = onlyProducer(partition);
        CLUSTER.node().kill();
        Segments segments = Segments.of(CLUSTER, LocalCluster.STANDALONE, partition);
        segments.append(
                transactional(1, 9_001, 0, "aborted-1", "aborted-2"),
                transactional(3, 9_002, 0, "open-1"),
                marker(4, 9_001, ControlRecordType.ABORT),
                transactional(5, 9_003, 0, "committed"),
                marker(6, 9_003, ControlRecordType.COMMIT),
                transactional(7, 9_004, 0, "aborted-3"),
                marker(8, 9_004, ControlRecordType.ABORT),
                transactional(9, 9_002, 1, "open-2"));
        CLUSTER.heal();

        String producers = KafkaTool.run(
                        "org.apache.kafka.tools.TransactionsCommand",
                        List.of(
                                "--bootstrap-server",
                                CLUSTER.bootstrapServers(),
                                "describe-producers",
                                "--topic",
                                partition.topic(),
                                "--partition",
                                "0"))
                .orFail()
                .text();
        // Columns: producer, epoch, coordinator's epoch, last sequence, last time, where its transaction begins.
        assertThat(producers)
                .containsPattern("(?m)^" + finished + "\\s+0\\s+-1\\s+0\\s+\\d+\\s+None\\s*$")
                .containsPattern("(?m)^9001\\s+0\\s+5\\s+1\\s+" + TIME + "\\s+None\\s*$")
                .containsPattern("(?m)^9002\\s+0\\s+-1\\s+1\\s+" + TIME + "\\s+3\\s*$")
                .containsPattern("(?m)^9003\\s+0\\s+5\\s+0\\s+" + TIME + "\\s+None\\s*$");
        String[] read = {"-t", partition.topic(), "-o", "beginning", "-e", "-f", "%o %s\n", "-X"};
        Kcat kcat = Kcat.forCluster(CLUSTER);
        assertThat(kcat.consume(with(read, "isolation.level=read_committed")).text())
                .isEqualTo("0 plain\n");
        assertThat(kcat.consume(with(read, "isolation.level=read_uncommitted"))
                        .text()
                        .lines())
                .hasSize(7);

        CLUSTER.node().terminate();
        try {
            assertThat(segments.dump(segments.files(".txnindex")).text())
                    .contains("producerId: 9001 firstOffset: 1 lastOffset: 4 lastStableOffset: 3")
                    .contains("producerId: 9004 firstOffset: 7 lastOffset: 8 lastStableOffset: 3");
            List<Path> snapshots = segments.files(".snapshot");
            assertThat(segments.dump(snapshots.subList(snapshots.size() - 1, snapshots.size()))
                            .text())
                    .contains("producerId: " + finished + " producerEpoch: 0 coordinatorEpoch: -1 ")
                    .containsPattern("producerId: 9002 producerEpoch: 0 coordinatorEpoch: -1 "
                            + "currentTxnFirstOffset: OptionalLong\\[3\\] .*firstSequence: 1 lastSequence: 1")
                    .containsPattern("producerId: 9003 producerEpoch: 0 coordinatorEpoch: 5 "
                            + "currentTxnFirstOffset: OptionalLong.empty ");
            // Kafka's tool has no mode for it: version, count, then epoch and first offset.
            assertThat(segments.directory().resolve("leader-epoch-checkpoint"))
                    .content()
                    .matches("0\n2\n0 0\n\\d+ 10\n");
            Curia.forCluster(CLUSTER).run("log", "verify", segments.directory().toString());
        } finally {
            CLUSTER.heal();
        }
    }

    private long onlyProducer(TopicPartition partition) {
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.describeProducers(List.of(partition)).partitionResult(partition))
                    .activeProducers()
                    .get(0)
                    .producerId();
        }
    }

    private static ByteBuffer transactional(long offset, long producer, int sequence, String... values) {
        SimpleRecord[] records = Stream.of(values)
                .map(value -> new SimpleRecord(TIME, null, Text.bytes(value)))
                .toArray(SimpleRecord[]::new);
        return MemoryRecords.withTransactionalRecords(
                        offset, Compression.NONE, producer, (short) 0, sequence, 0, records)
                .buffer();
    }

    private static ByteBuffer marker(long offset, long producer, ControlRecordType type) {
        return MemoryRecords.withEndTransactionMarker(
                        offset, TIME, 0, producer, (short) 0, new EndTransactionMarker(type, 5))
                .buffer();
    }

    private static String[] with(String[] arguments, String last) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }

    /** A value of about 1.5 KB that does not compress to nothing. */
    private static byte[] noise(int seed) {
        byte[] bytes = new byte[1_500];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
