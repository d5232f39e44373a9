package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotent producers that pause for so long that the broker forgets them, and go on: nothing is lost, repeated or out of order. */
@Tag("slow")
class ForgottenProducerTest {
    private static final int ROUNDS = 4;
    private static final int RECORDS = 50;
    /** Lines of a round that kcat may keep until the end. */
    private static final int HELD_BACK = 3;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("producer.id.expiration.ms", "400")
            .with("producer.id.expiration.check.interval.ms", "50");

    private final Clients clients = Clients.of(CLUSTER);

    /** Messages a batch: with few, many requests are under way when the first is refused. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1_000})
    void librdkafkaGoesOn(int batch) {
        TopicPartition partition = new TopicPartition("kcat-" + batch, 0);
        clients.createTopic(partition.topic());
        List<String> sent = new ArrayList<>();
        try (KcatProducer producer = Kcat.forCluster(CLUSTER)
                .producer(
                        partition.topic(),
                        "-X",
                        "enable.idempotence=true",
                        "-X",
                        "batch.num.messages=" + batch,
                        "-X",
                        "linger.ms=5")) {
            for (int round = 0; round < ROUNDS; round++) {
                List<String> values = values(round);
                values.forEach(producer::send);
                producer.flush();
                sent.addAll(values);
                awaitEnd(partition, sent.size() - HELD_BACK * (round + 1));
                assertEpoch(partition, round);
                awaitForgotten(partition);
            }
            assertThat(producer.finish()).as("what kcat says").isEmpty();
        }
        assertThat(Text.values(clients.readAll(partition.topic()))).isEqualTo(sent);
    }

    @Test
    void theJavaClientGoesOn() {
        TopicPartition partition = new TopicPartition("java", 0);
        clients.createTopic(partition.topic());
        List<String> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(Map.of(ProducerConfig.BATCH_SIZE_CONFIG, 20))) {
            for (int round = 0; round < ROUNDS; round++) {
                List<String> values = values(round);
                Clients.send(
                        producer,
                        values.stream()
                                .map(v -> new ProducerRecord<byte[], byte[]>(partition.topic(), 0, null, Text.bytes(v)))
                                .toList());
                sent.addAll(values);
                awaitEnd(partition, sent.size());
                assertEpoch(partition, round);
                awaitForgotten(partition);
            }
        }
        assertThat(Text.values(clients.readAll(partition.topic()))).isEqualTo(sent);
    }

    private static List<String> values(int round) {
        return IntStream.range(0, RECORDS)
                .mapToObj(i -> round + "-" + i)
                .map(value -> value + ".".repeat(KcatProducer.LINE_CHARACTERS - value.length()))
                .toList();
    }

    private void awaitEnd(TopicPartition partition, long end) {
        try (Admin admin = clients.admin()) {
            Await.until(
                    "end " + end + " of " + partition,
                    Clients.PATIENCE,
                    () -> Clients.get(admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                                            .partitionResult(partition))
                                    .offset()
                            >= end);
        }
    }

    /** Each time it came back it was refused and began a new epoch; where it is forgotten again already nothing can be told. */
    private void assertEpoch(TopicPartition partition, int atLeast) {
        for (ProducerState state : producers(partition)) {
            assertThat(state.producerEpoch()).isGreaterThanOrEqualTo(atLeast);
        }
    }

    private void awaitForgotten(TopicPartition partition) {
        Await.until("forgotten", Clients.PATIENCE, () -> producers(partition).isEmpty());
    }

    private List<ProducerState> producers(TopicPartition partition) {
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.describeProducers(List.of(partition)).partitionResult(partition))
                    .activeProducers();
        }
    }
}
