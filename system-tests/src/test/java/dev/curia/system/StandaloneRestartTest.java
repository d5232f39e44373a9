package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

    /** One restart for all of it: starting a node takes most of the time. */
    @ParameterizedTest
    @EnumSource(Stop.class)
    void recordsProducersAndGroupsGoOnWhereTheyWere(Stop stop) {
        String topic = "kept-" + stop;
        TopicPartition partition = new TopicPartition(topic, 0);
        String[] before = numbered("before", 500);
        clients.createTopic(topic, 3, 1, Map.of("retention.ms", "123456789"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(producer, records(topic, before));
            consumeHalf(topic);

            restart(stop);

            assertThat(Text.values(clients.readAll(topic))).containsExactly(before);
            assertThat(Clients.send(producer, records(topic, "after")).get(0).offset())
                    .as("the same producer's next offset")
                    .isEqualTo(500);
        }
        assertThat(clients.committed(topic, partition)).contains(250L);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer(topic)) {
            consumer.subscribe(List.of(topic));
            assertThat(Text.values(Clients.take(consumer, 251)))
                    .startsWith("before-250")
                    .hasSize(251)
                    .endsWith("after");
        }
        assertThat(Curia.forCluster(CLUSTER).run("topics", "describe", topic).text())
                .contains("retention.ms=123456789");
    }

    @Test
    @Shows(
            client = Program.KCAT,
            value = "a member of a group goes on where it stopped, though the coordinator was killed")
    void aKcatGroupResumesWhereItStopped() {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        String topic = "kcat-group";
        clients.createTopic(topic);
        clients.send(topic, numbered("v", 20));
        // kcat leaves without waiting for the answer: killed right then, the node counts it as a member until its
        // session ends.
        String[] arguments = {
            "-G", topic, "-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000", "-c", "10", topic
        };
        assertThat(kcat.group(arguments).text()).isEqualTo(lines(0, 10));

        restart(Stop.KILL);

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

    private void consumeHalf(String group) {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.groupConsumer(group)) {
            consumer.subscribe(List.of(group));
            Clients.take(consumer, 250);
            consumer.commitSync(
                    Map.of(new TopicPartition(group, 0), new OffsetAndMetadata(250, "half")), Clients.PATIENCE);
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> records(String topic, String... values) {
        return Stream.of(values)
                .map(value -> new ProducerRecord<byte[], byte[]>(topic, 0, null, Text.bytes(value)))
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
