package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.apache.kafka.clients.producer.ProducerConfig;
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
    /** Of the one that is left open in the end. */
    private static final Duration ABANDONED_TIMEOUT = Duration.ofSeconds(10);

    private static final Set<TransactionState> ENDED =
            Set.of(TransactionState.EMPTY, TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT);
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
            value = "consume-transform-produce: each input once, though brokers, coordinators and the application are"
                    + " killed")
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
        Told told = new Told(CLUSTER.directory().resolve(out + "-told"));
        AtomicInteger killedAmongTransactions = new AtomicInteger();
        SplittableRandom itsOwn = random.split();
        Thread killer =
                new Thread(() -> killBrokers(itsOwn, List.of(in, out), told, killedAmongTransactions), "killer");
        killer.start();
        int lives = killTheApplicationUntilItIsDone(in, out, told, random);
        killer.join();
        CLUSTER.heal();
        assertThat(killedAmongTransactions)
                .as("brokers killed while the application was at work")
                .hasValue(BROKERS);

        leaveOneOpenAndKillItsCoordinator(out);
        awaitNothingOpen(out, ABANDONED_TIMEOUT);
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
    private void killBrokers(SplittableRandom random, List<String> topics, Told told, AtomicInteger amongTransactions) {
        int first = random.nextInt(BROKERS);
        for (int i = 0; i < BROKERS; i++) {
            long committed = told.count(TransformProgram.COMMITS);
            Await.until(
                    "transactions",
                    PATIENCE,
                    () -> told.count(TransformProgram.COMMITS) > committed || told.count(TransformProgram.DONE) > 0);
            NodeProcess broker = CLUSTER.broker(1 + (first + i) % BROKERS);
            broker.kill();
            if (told.count(TransformProgram.DONE) == 0) amongTransactions.incrementAndGet();
            broker.startAndAwaitReady();
            topics.forEach(topic -> clients.awaitInSync(topic, BROKERS));
        }
    }

    /** Somewhere in one of its next transactions. */
    private static int killTheApplicationUntilItIsDone(String in, String out, Told told, SplittableRandom random) {
        for (int lives = 1; ; lives++) {
            long until = told.count(TransformProgram.COMMITS) + 1 + random.nextInt(MOST_TRANSACTIONS_OF_A_LIFE);
            boolean last = lives > LEAST_LIVES && random.nextInt(4) == 0;
            List<String> arguments = List.of(
                    CLUSTER.bootstrapServers(),
                    in,
                    out,
                    told.file().toString(),
                    Long.toString(TRANSACTION_TIMEOUT.toMillis()));
            ClientProcess application = ClientProcess.java(
                    TransformProgram.class, arguments, CLUSTER.directory().resolve(out + "-application.log"));
            try (application) {
                Await.until("transactions", PATIENCE, () -> {
                    boolean done = told.count(TransformProgram.DONE) > 0;
                    return done || (!last && told.count(TransformProgram.COMMITS) >= until);
                });
            }
            if (told.count(TransformProgram.DONE) > 0) return lives;
        }
    }

    /** Nobody comes after it and ends it: only its timeout can, at another coordinator. */
    private void leaveOneOpenAndKillItsCoordinator(String out) {
        String id = out + "-abandoned";
        KafkaProducer<byte[], byte[]> producer = clients.producer(
                Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int)
                        ABANDONED_TIMEOUT.toMillis()));
        try (Admin admin = clients.admin()) {
            producer.initTransactions();
            producer.beginTransaction();
            Clients.send(producer, List.of(new ProducerRecord<>(out, 0, null, Text.bytes("never to be seen"))));
            TopicPartition partition = new TopicPartition(out, 0);
            assertThat(end(admin, partition, IsolationLevel.READ_COMMITTED))
                    .as("what read_committed sees")
                    .isLessThan(end(admin, partition, IsolationLevel.READ_UNCOMMITTED));
            int coordinator = Clients.get(
                            admin.describeTransactions(List.of(id)).description(id))
                    .coordinatorId();
            CLUSTER.broker(coordinator).kill();
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    /** The last stable offset reaches the end within the transaction timeout and half a minute, and no coordinator knows of one that is open. */
    private void awaitNothingOpen(String out, Duration timeout) {
        try (Admin admin = clients.admin()) {
            List<TopicPartition> all = Stream.of(out, "__consumer_offsets")
                    .flatMap(topic -> IntStream.range(0, clients.partitions(topic))
                            .mapToObj(partition -> new TopicPartition(topic, partition)))
                    .toList();
            Await.until(
                    "the last stable offset at the end of " + all.size() + " partitions, and no open transaction",
                    timeout.plus(AFTERWARDS),
                    () -> all.stream()
                                    .allMatch(partition -> end(admin, partition, IsolationLevel.READ_COMMITTED)
                                            == end(admin, partition, IsolationLevel.READ_UNCOMMITTED))
                            && Clients.get(admin.listTransactions().all()).stream()
                                    .map(TransactionListing::state)
                                    .allMatch(ENDED::contains));
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
