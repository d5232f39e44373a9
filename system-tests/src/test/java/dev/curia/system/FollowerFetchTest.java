package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Consumers read from a replica in their own rack (KIP-392), and from the leader when there is none. */
@Tag("slow")
class FollowerFetchTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, 3)
            .with("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector")
            .beforeStart(FollowerFetchTest::nameRacks);

    private final Clients clients = Clients.of(CLUSTER);

    private static void nameRacks(LocalCluster cluster) {
        for (int id = 1; id <= 3; id++) {
            try {
                Files.writeString(
                        cluster.directory().resolve("broker-" + id + ".properties"),
                        "broker.rack=rack-" + id + "\n",
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    @Shows(client = Program.JAVA, value = "reads from a replica in its own rack (KIP-392)")
    void aConsumerReadsInItsRackAndElsewhereWhenThatIsGone() throws Exception {
        TopicPartition partition = new TopicPartition("near", 0);
        clients.createTopic("near", 1, 3, Map.of("min.insync.replicas", "1"));
        clients.send(
                "near", IntStream.range(0, 50).mapToObj(i -> "x".repeat(20_000)).toArray(String[]::new));
        int leader = clients.leader(partition);
        int near = leader % 3 + 1;
        double nearBefore = sent(near);
        double leaderBefore = sent(leader);

        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(Map.of("client.rack", "rack-" + near))) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertThat(read(consumer, 50)).hasSize(50);
            assertThat(sent(near) - nearBefore)
                    .as("bytes from the consumer's rack")
                    .isGreaterThan(900_000);
            assertThat(sent(leader) - leaderBefore).as("bytes from the leader").isLessThan(500_000);

            clients.send("near", "while it waits");
            assertThat(read(consumer, 1)).containsExactly("while it waits");
            CLUSTER.broker(near).kill();
            clients.send("near", "when its rack is gone");
            assertThat(read(consumer, 1)).containsExactly("when its rack is gone");
        } finally {
            CLUSTER.heal();
        }
    }

    private static List<String> read(KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<String> values = new ArrayList<>();
        Await.until("records", Clients.PATIENCE, () -> {
            consumer.poll(Duration.ofMillis(200))
                    .forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
            return values.size() >= count;
        });
        return values;
    }

    private static double sent(int broker) {
        return new Metrics(CLUSTER.broker(broker)).sum("curia_kafka_sent_bytes_total");
    }
}
