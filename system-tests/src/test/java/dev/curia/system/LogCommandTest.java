package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code curia log} on what a node has written: while it runs, after it stopped, after it was killed, after damage. */
class LogCommandTest {
    private static final int FAILED = 1;
    private static final int DAMAGE = 4;
    private static final int RECORDS = 2_000;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("offsets.topic.num.partitions", "1");

    private final Clients clients = Clients.of(CLUSTER);
    private final Curia curia = Curia.forCluster(CLUSTER);

    @Test
    void aStoppedNodesFilesAreSoundAndDamageIsTold() throws IOException {
        String logs = CLUSTER.logDirectory(LocalCluster.STANDALONE).toString();
        clients.createTopic("verified", 1, 1, Map.of("segment.bytes", "1048576", "index.interval.bytes", "1024"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(
                Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4", ProducerConfig.BATCH_SIZE_CONFIG, 4_096))) {
            Clients.send(
                    producer,
                    IntStream.range(0, RECORDS)
                            .mapToObj(i -> new ProducerRecord<>("verified", Text.bytes("key-" + i), noise(i)))
                            .toList());
        }
        assertEnds(curia.attempt("log", "verify", logs), FAILED, "in use by a running broker");

        CLUSTER.node().kill();
        assertEnds(curia.attempt("log", "verify", logs), 0, "Nothing is wrong");
        CLUSTER.node().startAndAwaitReady();
        CLUSTER.node().terminate();
        try {
            assertThat(curia.run("log", "verify", logs, "--deep").text())
                    .contains("stopped cleanly", "Nothing is wrong")
                    .doesNotContain("Is no partition")
                    .containsPattern("(?m)^verified-0 +[23] .* 2,000 .* 0 to 2000 +ok$");
            assertThat(curia.run("log", "index-check", logs).text()).contains("all indexes agree with the records");
            String partition = logs + "/verified-0";
            assertThat(curia.run("log", "dump", partition, "--records", "--json")
                            .text()
                            .lines()
                            .filter(line -> line.startsWith("{\"type\":\"record\"")))
                    .hasSize(RECORDS);
            assertThat(curia.run("log", "dump", partition, "-r", "--from-offset", "7", "--to-offset", "8")
                            .text())
                    .contains("lz4", "| 7 ", "key \"key-7\"")
                    .doesNotContain("| 8 ", "CHECKSUM");

            Segments segments = Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition("verified", 0));
            Path first = segments.logs().get(0);
            byte[] sound = Files.readAllBytes(first);
            byte[] damaged = sound.clone();
            damaged[70] ^= 1;
            Files.write(first, damaged);
            assertEnds(curia.attempt("log", "verify", logs), DAMAGE, first.getFileName() + " at position 0");
            Files.write(first, sound);
        } finally {
            CLUSTER.heal();
        }
    }

    private static void assertEnds(Command.Result result, int exitCode, String saying) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.text() + result.err()).contains(saying).doesNotContain("Exception");
    }

    /** About 1.5 KB that does not compress to nothing. */
    private static byte[] noise(int seed) {
        byte[] bytes = new byte[1_500];
        new java.util.SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
