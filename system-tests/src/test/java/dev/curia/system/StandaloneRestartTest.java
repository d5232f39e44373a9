package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a standalone node keeps over a restart: records, topics, groups. */
class StandaloneRestartTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    private final Clients clients = Clients.of(CLUSTER);

    enum Stop {
        TERMINATE {
            @Override
            void apply(NodeProcess node) {
                node.terminate();
            }
        },
        KILL {
            @Override
            void apply(NodeProcess node) {
                node.kill();
            }
        };

        abstract void apply(NodeProcess node);
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void recordsAndOffsetsGoOnWhereTheyWere(Stop stop) {
        String topic = "kept-" + stop;
        clients.createTopic(topic, 3, 1, Map.of("retention.ms", "123456789"));
        String[] before = numbered("before", 500);
        clients.send(topic, before);

        restart(stop);

        assertThat(Text.values(clients.readAll(topic))).containsExactly(before);
        assertThat(clients.send(topic, "after").get(0).offset()).isEqualTo(500);
        assertThat(Curia.forCluster(CLUSTER).run("topics", "describe", topic).text())
                .contains("retention.ms=123456789");
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void aProducerGoesOnThroughARestartWithoutLossOrDuplicate(Stop stop) {
        String topic = "through-" + stop;
        clients.createTopic(topic);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(producer, records(topic, "first", 100));
            restart(stop);
            Clients.send(producer, records(topic, "second", 100));
        }
        assertThat(Text.values(clients.readAll(topic)))
                .containsExactly(IntStream.range(0, 200)
                        .mapToObj(i -> (i < 100 ? "first-" : "second-") + i % 100)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void aJavaGroupResumesAfterItsCommit(Stop stop) {
        String topic = "group-" + stop;
        TopicPartition partition = new TopicPartition(topic, 0);
        clients.createTopic(topic);
        clients.send(topic, numbered("v", 20));
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer(topic)) {
            consumer.subscribe(List.of(topic));
            Clients.take(consumer, 10);
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10, "half")), Clients.PATIENCE);
        }

        restart(stop);

        assertThat(clients.committed(topic, partition)).contains(10L);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer(topic)) {
            consumer.subscribe(List.of(topic));
            assertThat(Text.values(Clients.take(consumer, 10)))
                    .startsWith("v-10")
                    .hasSize(10);
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void aKcatGroupResumesWhereItStopped(Stop stop) {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        String topic = "kcat-group-" + stop;
        clients.createTopic(topic);
        clients.send(topic, numbered("v", 20));
        String[] arguments = {"-G", topic, "-X", "auto.offset.reset=earliest", "-c", "10", topic};
        assertThat(kcat.group(arguments).text()).isEqualTo(lines(0, 10));

        restart(stop);

        assertThat(kcat.group(arguments).text()).isEqualTo(lines(10, 20));
    }

    @Test
    void membersOfAGroupShareThePartitions() {
        clients.createTopic("shared", 4, 1, Map.of());
        try (KafkaConsumer<byte[], byte[]> one = clients.groupConsumer("sharing");
                KafkaConsumer<byte[], byte[]> two = clients.groupConsumer("sharing")) {
            one.subscribe(List.of("shared"));
            two.subscribe(List.of("shared"));
            Await.until("two partitions each", Clients.PATIENCE, () -> {
                one.poll(Duration.ofMillis(50));
                two.poll(Duration.ofMillis(50));
                return one.assignment().size() == 2 && two.assignment().size() == 2;
            });
            assertThat(one.assignment()).doesNotContainAnyElementsOf(two.assignment());
        }
    }

    private static void restart(Stop stop) {
        stop.apply(CLUSTER.node());
        CLUSTER.node().startAndAwaitReady();
    }

    private static List<ProducerRecord<byte[], byte[]>> records(String topic, String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<byte[], byte[]>(topic, Text.bytes(prefix + "-" + i)))
                .toList();
    }

    private static String[] numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toArray(String[]::new);
    }

    private static String lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) lines.append("v-").append(i).append('\n');
        return lines.toString();
    }
}
