package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who leads when in-sync replicas go one after the other (KIP-966), and what becomes of records that only lost replicas had. */
@Tag("slow")
class EligibleLeaderTest {
    private static final int BROKERS = 3;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS);

    private final Clients clients = Clients.of(CLUSTER);

    /** The last in-sync replica dies for good, the one before it has everything all the same. */
    @Test
    void whoLeftAnIsrThatWasThenTooSmallLeads() {
        TopicPartition partition = topic("eligible", "2");
        clients.send(partition.topic(), "1", "2", "3");
        List<Integer> replicas = clients.replicas(partition);
        kill(replicas.get(0));
        clients.awaitLeader(partition, id -> id == (int) replicas.get(1));
        clients.send(partition.topic(), "4");
        kill(replicas.get(2));
        clients.awaitInSync(partition.topic(), 1);
        kill(replicas.get(1));

        start(replicas.get(0)); // lacks "4"
        start(replicas.get(2)); // has it, although it was out of sync when it went
        clients.awaitLeader(partition, id -> id == (int) replicas.get(2));
        clients.awaitInSync(partition.topic(), 2);
        assertThat(Text.values(clients.readAll(partition.topic()))).containsExactly("1", "2", "3", "4");
        start(replicas.get(1));
        clients.awaitInSync(partition.topic(), BROKERS);
    }

    /** All machines lose power, here only in what their files say: the longest log leads when all are back. */
    @Test
    void afterAPowerFailureOfAllThePartitionIsUsedAgain() throws IOException {
        TopicPartition partition = topic("power-failure", "2");
        clients.send(partition.topic(), "1", "2", "3");
        for (int id = 1; id <= BROKERS; id++) CLUSTER.broker(id).kill();
        for (int id = 1; id <= BROKERS; id++) forgetBoot(id);
        for (int id = 1; id <= BROKERS; id++) CLUSTER.broker(id).start();
        for (int id = 1; id <= BROKERS; id++) CLUSTER.broker(id).awaitReady();
        clients.awaitInSync(partition.topic(), BROKERS);
        assertThat(Text.values(clients.readAll(partition.topic()))).containsExactly("1", "2", "3");
    }

    /** Only the leader has the last records, and does not come back. A consumer that read them is told where the log was cut. */
    @Test
    void anUncleanElectionLosesRecordsAndTellsWhoReadThem() {
        TopicPartition partition = topic("unclean", "1");
        clients.send(partition.topic(), "1", "2", "3");
        clients.awaitInSync(partition.topic(), BROKERS);
        int leader = clients.leader(partition);
        List<Integer> others = IntStream.rangeClosed(1, BROKERS)
                .filter(id -> id != leader)
                .boxed()
                .toList();
        others.forEach(this::kill);
        clients.awaitInSync(partition.topic(), 1);
        clients.send(partition.topic(), "only on the leader 4", "only on the leader 5");
        try (KafkaConsumer<byte[], byte[]> reader = clients.consumer(Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none", ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false))) {
            reader.assign(List.of(partition));
            reader.seek(partition, 0);
            Await.until("all is read", Clients.PATIENCE, () -> {
                reader.poll(Duration.ofMillis(100));
                return reader.position(partition) == 5;
            });
            kill(leader);
            others.forEach(this::start);
            KafkaTool.run(
                            "org.apache.kafka.tools.LeaderElectionCommand",
                            List.of(
                                    "--bootstrap-server",
                                    CLUSTER.bootstrapServers(),
                                    "--election-type",
                                    "unclean",
                                    "--topic",
                                    partition.topic(),
                                    "--partition",
                                    "0"))
                    .orFail();
            clients.awaitLeader(partition, others::contains);
            clients.send(partition.topic(), "4", "5", "6");

            AtomicReference<LogTruncationException> told = new AtomicReference<>();
            Await.until("the reader is told", Clients.PATIENCE, () -> {
                try {
                    reader.poll(Duration.ofMillis(100));
                } catch (LogTruncationException truncated) {
                    told.set(truncated);
                }
                return told.get() != null;
            });
            assertThat(Objects.requireNonNull(told.get().divergentOffsets().get(partition))
                            .offset())
                    .isEqualTo(3);
        }
        start(leader);
        clients.awaitInSync(partition.topic(), BROKERS);
        assertThat(Text.values(clients.readAll(partition.topic()))).containsExactly("1", "2", "3", "4", "5", "6");
    }

    private TopicPartition topic(String name, String minInsync) {
        clients.createTopic(name, 1, BROKERS, Map.of("min.insync.replicas", minInsync));
        clients.awaitInSync(name, BROKERS);
        return new TopicPartition(name, 0);
    }

    private void kill(int broker) {
        CLUSTER.broker(broker).kill();
    }

    private void start(int broker) {
        CLUSTER.broker(broker).startAndAwaitReady();
    }

    /** As if the machine had been started anew since. */
    private static void forgetBoot(int broker) throws IOException {
        for (Path directory : CLUSTER.logDirectories(broker)) {
            assertThat(Files.deleteIfExists(directory.resolve("broker-epoch-checkpoint")))
                    .isTrue();
        }
    }
}
