package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application reads, transforms and writes in transactions while brokers are killed, the coordinators among them, and while its process
 * is killed in the middle of them again and again. Every input is in the output exactly once, and no transaction stays open.
 */
@Tag("slow")
class ExactlyOnceTest {
    private static final int PARTITIONS = 3;
    private static final int BROKERS = 3;
    private static final int INPUTS = 1_500;
    private static final int LEAST_LIVES = 4;
    private static final int MOST_TRANSACTIONS_OF_A_LIFE = 12;
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration AFTERWARDS = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(3, BROKERS);

    private final Clients clients = Clients.of(CLUSTER);

    @AfterEach
    void heal() {
        CLUSTER.heal();
    }

    /** @param version of transactions: whether their ends raise the producer's epoch */
    @ParameterizedTest
    @ValueSource(shorts = {1, 2})
    @Shows(
            client = Program.JAVA,
            value =
                    "consume-transform-produce: each input once, though brokers, coordinators and the application are killed")
    void everyInputIsInTheOutputOnceThoughBrokersAndTheApplicationAreKilled(short version) throws Exception {
        useTransactions(version);
        String in = "eo-in-" + version;
        String out = "eo-out-" + version;
        Map<String, String> safe = Map.of("min.insync.replicas", "2");
        clients.createTopic(in, PARTITIONS, BROKERS, safe);
        clients.createTopic(out, PARTITIONS, BROKERS, safe);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(
                    producer,
                    IntStream.range(0, INPUTS)
                            .mapToObj(i -> new ProducerRecord<byte[], byte[]>(
                                    in, i % PARTITIONS, null, Text.bytes(Integer.toString(i))))
                            .toList());
        }
        SplittableRandom random = new SplittableRandom(Long.getLong("check.seed", version));
        Thread killer = new Thread(() -> killBrokers(random.split(), List.of(in, out)), "killer");
        killer.start();
        int lives = killTheApplicationUntilItIsDone(in, out, random);
        killer.join();
        CLUSTER.heal();

        awaitNothingOpen(out);
        List<String> outputs = committed(out);
        assertThat(outputs).hasSize(INPUTS);
        assertThat(new HashSet<>(outputs)).hasSize(INPUTS);
        assertThat(lives).as("lives of the application").isGreaterThanOrEqualTo(LEAST_LIVES);
    }

    private void useTransactions(short version) {
        try (Admin admin = clients.admin()) {
            FinalizedVersionRange finalized = Clients.get(
                            admin.describeFeatures().featureMetadata())
                    .finalizedFeatures()
                    .get("transaction.version");
            short now = finalized == null ? 0 : finalized.maxVersionLevel();
            if (now == version) return;
            FeatureUpdate.UpgradeType way =
                    version < now ? FeatureUpdate.UpgradeType.SAFE_DOWNGRADE : FeatureUpdate.UpgradeType.UPGRADE;
            Clients.get(admin.updateFeatures(
                            Map.of("transaction.version", new FeatureUpdate(version, way)), new UpdateFeaturesOptions())
                    .all());
        }
    }

    /** Whichever coordinates dies too. */
    private void killBrokers(SplittableRandom random, List<String> topics) {
        int first = random.nextInt(BROKERS);
        for (int i = 0; i < BROKERS; i++) {
            NodeProcess broker = CLUSTER.broker(1 + (first + i) % BROKERS);
            broker.kill();
            broker.startAndAwaitReady();
            topics.forEach(topic -> clients.awaitInSync(topic, BROKERS));
        }
    }

    /** Somewhere in one of its next transactions. */
    private static int killTheApplicationUntilItIsDone(String in, String out, SplittableRandom random) {
        Path told = CLUSTER.directory().resolve(out + "-told");
        for (int lives = 1; ; lives++) {
            long until = count(told, TransformProgram.COMMITS) + 1 + random.nextInt(MOST_TRANSACTIONS_OF_A_LIFE);
            boolean last = lives > LEAST_LIVES && random.nextInt(4) == 0;
            List<String> arguments = List.of(
                    CLUSTER.bootstrapServers(),
                    in,
                    out,
                    told.toString(),
                    Long.toString(TRANSACTION_TIMEOUT.toMillis()));
            ClientProcess application = ClientProcess.java(
                    TransformProgram.class, arguments, CLUSTER.directory().resolve(out + "-application.log"));
            try (application) {
                Await.until("transactions", PATIENCE, () -> {
                    boolean done = count(told, TransformProgram.DONE) > 0;
                    return done || (!last && count(told, TransformProgram.COMMITS) >= until);
                });
            }
            if (count(told, TransformProgram.DONE) > 0) return lives;
        }
    }

    private static long count(Path told, String what) {
        if (!Files.exists(told)) return 0;
        try (Stream<String> lines = Files.lines(told)) {
            return lines.filter(line -> line.contains(" " + what)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last stable offset reaches the end within the transaction timeout and half a minute, and the coordinator knows of none that is open. */
    private void awaitNothingOpen(String out) {
        Duration patience = TRANSACTION_TIMEOUT.plus(AFTERWARDS);
        try (Admin admin = clients.admin()) {
            for (String topic : List.of(out, "__consumer_offsets")) {
                int partitions = clients.partitions(topic);
                Await.until(
                        "the last stable offset at the end of " + topic,
                        patience,
                        () -> IntStream.range(0, partitions)
                                .allMatch(p -> end(admin, new TopicPartition(topic, p), IsolationLevel.READ_COMMITTED)
                                        == end(admin, new TopicPartition(topic, p), IsolationLevel.READ_UNCOMMITTED)));
            }
            Await.until(
                    "no open transaction",
                    patience,
                    () -> Clients.get(admin.listTransactions().all()).stream()
                            .map(TransactionListing::state)
                            .allMatch(state -> state == TransactionState.EMPTY
                                    || state == TransactionState.COMPLETE_COMMIT
                                    || state == TransactionState.COMPLETE_ABORT));
        }
    }

    private static long end(Admin admin, TopicPartition partition, IsolationLevel isolation) {
        return Clients.get(admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                        .partitionResult(partition))
                .offset();
    }

    private List<String> committed(String out) {
        List<TopicPartition> all = IntStream.range(0, PARTITIONS)
                .mapToObj(p -> new TopicPartition(out, p))
                .toList();
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                clients.consumer(Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"))) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            Await.until("the end", Clients.PATIENCE, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(Text.of(record.value())));
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        return values;
    }
}
