package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kafka Streams as it is, exactly once over three brokers. The application is killed in the middle of its work and started anew: its stores
 * come back from their changelogs, and each input has been counted, and each pair joined, once.
 */
@Tag("slow")
class KafkaStreamsTest {
    private static final int PARTITIONS = 2;
    private static final int WORDS = 7;
    private static final int BATCH = 400;
    private static final long FIRST_TIMESTAMP = 1_700_000_000_000L;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, 3);

    private final Clients clients = Clients.of(CLUSTER);
    private final Path told = CLUSTER.directory().resolve("restored");

    @Test
    @Shows(
            client = Program.KAFKA_STREAMS,
            value = "exactly_once_v2: word count and windowed join, stores restored after kill -9")
    void countsAndJoinsOnceThoughItIsKilled() throws Exception {
        for (String topic : List.of(
                StreamsProgram.LINES,
                StreamsProgram.COUNTS,
                StreamsProgram.LEFT,
                StreamsProgram.RIGHT,
                StreamsProgram.JOINED)) {
            clients.createTopic(topic, PARTITIONS, 3, Map.of("min.insync.replicas", "2"));
        }
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(producer, lines(0));
            Clients.send(producer, joined(StreamsProgram.LEFT, 0, BATCH));
            Clients.send(producer, joined(StreamsProgram.RIGHT, 0, BATCH / 2));
            try (ClientProcess first = start()) {
                awaitOutputs(first, BATCH, BATCH / 4);
                Clients.send(producer, lines(1));
                Await.until(
                        "some of it is done",
                        Clients.PATIENCE,
                        () -> clients.readAll(StreamsProgram.COUNTS).size() > BATCH);
            }
            assertThat(restored()).as("restored at the first start").isZero();
            Clients.send(producer, joined(StreamsProgram.RIGHT, BATCH / 2, BATCH));
            try (ClientProcess second = start()) {
                awaitOutputs(second, 2 * BATCH, BATCH / 2);
            }
        }
        assertThat(restored()).as("restored after the kill").isGreaterThan(BATCH);
        checkCounts();
        checkPairs();
    }

    private ClientProcess start() {
        Path directory = CLUSTER.directory();
        return ClientProcess.java(
                StreamsProgram.class,
                List.of(CLUSTER.bootstrapServers(), directory.resolve("state").toString(), told.toString()),
                directory.resolve("streams.log"));
    }

    /** One word each, so that there are as many counts. */
    private static List<ProducerRecord<byte[], byte[]>> lines(int batch) {
        return IntStream.range(0, BATCH / 2)
                .mapToObj(i -> new ProducerRecord<byte[], byte[]>(
                        StreamsProgram.LINES,
                        i % PARTITIONS,
                        null,
                        Text.bytes("word-" + (batch + i) % WORDS + " word-" + (i * 3) % WORDS)))
                .toList();
    }

    /** One for each key; of an odd key left and right are too far apart to be joined. */
    private static List<ProducerRecord<byte[], byte[]>> joined(String topic, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> {
                    long apart = StreamsProgram.APART.toMillis() + (i % 2 == 0 ? 0 : 1);
                    long timestamp = FIRST_TIMESTAMP + i * 100L + (topic.equals(StreamsProgram.RIGHT) ? apart : 0);
                    return new ProducerRecord<>(
                            topic, null, timestamp, Text.bytes("key-" + i), Text.bytes(topic + "-" + i));
                })
                .toList();
    }

    private void awaitOutputs(ClientProcess program, int counts, int pairs) {
        Await.until(counts + " counts and " + pairs + " pairs", Duration.ofSeconds(90), () -> {
            program.checkAlive();
            return clients.readCommitted(StreamsProgram.COUNTS).size() >= counts
                    && clients.readCommitted(StreamsProgram.JOINED).size() >= pairs;
        });
    }

    /** Of every word the counts 1, 2, 3 and so on, none missing and none twice. */
    private void checkCounts() {
        Map<String, Long> expected = new HashMap<>();
        Stream.concat(lines(0).stream(), lines(1).stream())
                .flatMap(line -> Stream.of(Text.of(line.value()).split(" ", -1)))
                .forEach(word -> expected.merge(word, 1L, Long::sum));
        Map<String, List<String>> counts = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : clients.readCommitted(StreamsProgram.COUNTS)) {
            counts.computeIfAbsent(Text.of(record.key()), word -> new ArrayList<>())
                    .add(Text.of(record.value()));
        }
        Map<String, List<String>> once = new HashMap<>();
        expected.forEach((word, count) -> once.put(
                word, LongStream.rangeClosed(1, count).mapToObj(Long::toString).toList()));
        assertThat(counts).isEqualTo(once);
    }

    private void checkPairs() {
        List<String> once = IntStream.range(0, BATCH)
                .filter(i -> i % 2 == 0)
                .mapToObj(i -> StreamsProgram.LEFT + "-" + i + "+" + StreamsProgram.RIGHT + "-" + i)
                .toList();
        assertThat(Text.values(clients.readCommitted(StreamsProgram.JOINED))).containsExactlyInAnyOrderElementsOf(once);
    }

    /** How many records of changelogs. */
    private long restored() throws IOException {
        return Files.exists(told)
                ? Files.readAllLines(told).stream()
                        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                        .sum()
                : 0;
    }
}
