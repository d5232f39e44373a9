package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A leader takes records that its followers never see, and dies; another leads on. When the old leader returns, it must give up what
 * only it had.
 */
@Tag("slow")
class DivergedLogTest {
    private static final TopicPartition PARTITION = new TopicPartition("diverged", 0);
    private static final int BROKERS = 3;

    /** A session long enough that the paused followers stay in sync on paper, so that one of them may lead afterwards. */
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS).with("broker.session.timeout.ms", "60000");

    private final Clients clients = Clients.of(CLUSTER);

    @Test
    void aReturningLeaderGivesUpWhatOnlyItHad() {
        clients.createTopic(PARTITION.topic(), 1, BROKERS, Map.of("min.insync.replicas", "1"));
        clients.awaitInSync(PARTITION.topic(), BROKERS);
        clients.send(PARTITION.topic(), "common-1", "common-2");
        int oldLeader = clients.leader(PARTITION);
        List<Integer> others = IntStream.rangeClosed(1, BROKERS)
                .filter(id -> id != oldLeader)
                .boxed()
                .toList();

        others.forEach(id -> CLUSTER.broker(id).pause());
        writeToLeaderOnly(oldLeader, 40_000);
        CLUSTER.broker(oldLeader).kill();
        byte[] left = Segments.of(CLUSTER, oldLeader, PARTITION).bytes();
        others.forEach(id -> CLUSTER.broker(id).resume());
        clients.send(PARTITION.topic(), "next-1", "next-2", "next-3");
        clients.awaitLeader(PARTITION, id -> id != oldLeader);

        CLUSTER.broker(oldLeader).startAndAwaitReady();
        clients.awaitInSync(PARTITION.topic(), BROKERS);
        clients.send(PARTITION.topic(), "last");

        byte[] now = Segments.of(CLUSTER, oldLeader, PARTITION).bytes();
        assertThat(Arrays.mismatch(left, now))
                .as("the old leader had more than the others, and lost it")
                .isNotEqualTo(-1)
                .isLessThan(Math.min(left.length, now.length));
        for (int id : others) {
            Await.until(
                    "replica on broker " + id + " equal",
                    Clients.PATIENCE,
                    () -> Segments.of(CLUSTER, id, PARTITION)
                            .digest()
                            .equals(Segments.of(CLUSTER, oldLeader, PARTITION).digest()));
        }
        Await.until(
                "the journal tells of the cut",
                Clients.PATIENCE,
                () -> Curia.forCluster(CLUSTER)
                        .attempt("events", "--topic", PARTITION.topic(), "--kind", "log_truncated")
                        .text()
                        .contains("[told by broker " + oldLeader + "]"));
        List<String> values = Text.values(clients.readAll(PARTITION.topic()));
        assertThat(values).startsWith("common-1", "common-2").endsWith("next-1", "next-2", "next-3", "last");
    }

    /** More than what followers have credit for and sockets have room for, acknowledged by the leader alone. */
    private void writeToLeaderOnly(int leader, int count) {
        byte[] value = Text.bytes("only-on-" + leader + "-".repeat(1_000));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(Map.of(
                ProducerConfig.ACKS_CONFIG,
                "1",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                false,
                ProducerConfig.BATCH_SIZE_CONFIG,
                200_000))) {
            Clients.send(
                    producer,
                    IntStream.range(0, count)
                            .mapToObj(i -> new ProducerRecord<byte[], byte[]>(PARTITION.topic(), 0, null, value))
                            .toList());
        }
    }
}
