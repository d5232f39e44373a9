package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A killed broker scans what was not flushed, whatever else it holds. {@code -Drecovery.mebibytes=10240} makes the log larger; the times are
 * printed, not asserted.
 */
@Tag("slow")
class RecoveryTimeTest {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryTimeTest.class);
    private static final Clock CLOCK = new SystemClock();
    private static final int MEBIBYTES = Integer.getInteger("recovery.mebibytes", 512);
    private static final int SEGMENT_MEBIBYTES = Math.min(1024, MEBIBYTES / 16);
    private static final int PARTITIONS = 2;

    /** What the active segments hold: most of a segment each. */
    private static final long ACTIVE_BYTES = PARTITIONS * ((long) SEGMENT_MEBIBYTES << 20) * 3 / 4;

    private static final long SCANNED_AT_MOST = PARTITIONS * ((SEGMENT_MEBIBYTES + 2L) << 20);
    private static final int RECORD_BYTES = 16_000;
    private static final String TOPIC = "large";

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void onlyWhatWasNotFlushedIsScannedAfterAKill() throws Exception {
        try (LocalCluster cluster = LocalCluster.standalone()
                .with("log.flush.background.ms", "3600000")
                .with("replica.high.watermark.checkpoint.interval.ms", "200")
                .startAs("RecoveryTimeTest")) {
            Clients clients = Clients.of(cluster);
            clients.createTopic(
                    TOPIC, PARTITIONS, 1, Map.of("segment.bytes", Integer.toString(SEGMENT_MEBIBYTES << 20)));
            Map<TopicPartition, Long> ends = fill(clients);
            long perSegment = ((long) SEGMENT_MEBIBYTES << 20) / RECORD_BYTES;
            Await.until("the rolled segments' flushes are noted", Clients.PATIENCE, () -> {
                boolean noted = true;
                for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                    noted &= recoveryPoint(cluster, end.getKey()) >= end.getValue() - perSegment;
                }
                return noted;
            });

            long scanned = killAndMeasure(cluster, "whose active segments were never flushed");
            assertThat(scanned).isBetween(ACTIVE_BYTES / 2, SCANNED_AT_MOST);
            assertThat(ends(clients)).isEqualTo(ends);

            cluster.node().terminate();
            cluster.node().startAndAwaitReady();
            assertThat(killAndMeasure(cluster, "of which all is flushed (active segments are scanned all the same)"))
                    .isLessThanOrEqualTo(SCANNED_AT_MOST);
            assertThat(ends(clients)).isEqualTo(ends);
        }
    }

    /** @return how many bytes were scanned */
    private static long killAndMeasure(LocalCluster cluster, String what) throws Exception {
        NodeProcess node = cluster.node();
        node.kill();
        long start = CLOCK.monotonicNanos();
        node.start();
        Await.until("live while it recovers", Clients.PATIENCE, () -> {
            try {
                return node.get("/health/live").statusCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
        node.awaitReady();
        Figures.report(
                "start after a kill to ready, " + MEBIBYTES + " MiB of log " + what,
                Duration.ofNanos(CLOCK.monotonicNanos() - start));
        long bytes = metric(node, "curia_log_recovery_scanned_bytes");
        LOG.info("FIGURE scanned: {} MiB of {} MiB", bytes >> 20, MEBIBYTES);
        return bytes;
    }

    private static long recoveryPoint(LocalCluster cluster, TopicPartition partition) throws IOException {
        String start = partition.topic() + " " + partition.partition() + " ";
        return Files.readAllLines(cluster.logDirectory(1).resolve("recovery-point-offset-checkpoint")).stream()
                .filter(line -> line.startsWith(start))
                .mapToLong(line -> Long.parseLong(line.substring(start.length())))
                .findFirst()
                .orElse(0);
    }

    private static Map<TopicPartition, Long> fill(Clients clients) {
        byte[] value = new byte[RECORD_BYTES];
        new SplittableRandom(1).nextBytes(value);
        long records = (((long) MEBIBYTES << 20) + ACTIVE_BYTES) / RECORD_BYTES;
        Map<String, Object> bulk =
                Map.of("batch.size", 512_000, "linger.ms", 20, "acks", "1", "enable.idempotence", false);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(bulk)) {
            for (long i = 0; i < records; i++) {
                var unused = producer.send(new ProducerRecord<>(TOPIC, (int) (i % PARTITIONS), null, value));
            }
            producer.flush();
        }
        Map<TopicPartition, Long> ends = ends(clients);
        assertThat(ends.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(records);
        return ends;
    }

    private static Map<TopicPartition, Long> ends(Clients clients) {
        List<TopicPartition> partitions = List.of(new TopicPartition(TOPIC, 0), new TopicPartition(TOPIC, 1));
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            return new HashMap<>(consumer.endOffsets(partitions, Clients.PATIENCE));
        }
    }

    private static long metric(NodeProcess node, String name) throws Exception {
        Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$")
                .matcher(node.get("/metrics").body());
        assertThat(line.find()).as(name).isTrue();
        return (long) Double.parseDouble(line.group(1));
    }
}
