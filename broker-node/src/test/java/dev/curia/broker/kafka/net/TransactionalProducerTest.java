package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.logs.LedLogs;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.metadata.image.Features;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own transactional producer against the coordinator, on real logs: as it names its partitions itself, and as it leaves that to brokers. */
@ParameterizedClass
@ValueSource(ints = {0, 2})
@SuppressWarnings("NullAway.Init")
class TransactionalProducerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int transactionVersion;

    @TempDir
    Path directory;

    private LedLogs logs;
    private TestBroker broker;

    TransactionalProducerTest(int transactionVersion) {
        this.transactionVersion = transactionVersion;
    }

    @BeforeEach
    void start() throws IOException {
        logs = new LedLogs(directory.resolve("logs"));
        broker = new TestBroker(
                directory,
                Duration.ofMinutes(1),
                logs::lead,
                Map.of(
                        "transaction.state.log.num.partitions", "2",
                        "transaction.state.log.replication.factor", "1",
                        "transaction.abort.timed.out.transaction.cleanup.interval.ms", "100",
                        "group.initial.rebalance.delay.ms", "0"));
        if (transactionVersion > 0) broker.feature(Features.TRANSACTION_VERSION, transactionVersion);
        broker.topic("t", 3);
    }

    @AfterEach
    void stop() throws IOException {
        broker.close();
        logs.close();
    }

    @Test
    void committedTransactionsAreReadAndAbortedOnesAreNot() {
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer("a", 60_000)) {
            producer.initTransactions();
            for (int i = 0; i < 30; i++) {
                boolean commit = i % 3 != 0;
                producer.beginTransaction();
                for (int p = 0; p < 3; p++) {
                    send(producer, p, i + "-" + p);
                    if (commit) expected.add(i + "-" + p);
                }
                if (commit) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
        }
        assertThat(read(expected.size())).containsExactlyInAnyOrderElementsOf(expected);
        awaitStable();
    }

    @Test
    void eachEndRaisesTheEpochOfProducersThatLeaveTheirPartitionsToBrokers() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
                KafkaProducer<String, String> producer = producer("a", 60_000)) {
            producer.initTransactions();
            for (int i = 0; i < 4; i++) {
                producer.beginTransaction();
                send(producer, 0, "x" + i);
                producer.commitTransaction();
            }
            long epoch = admin.describeTransactions(List.of("a"))
                    .description("a")
                    .get(20, TimeUnit.SECONDS)
                    .producerEpoch();
            assertThat(epoch).isEqualTo(transactionVersion == 2 ? 4 : 0);
        }
        assertThat(read(4)).containsExactly("x0", "x1", "x2", "x3");
        awaitStable();
    }

    @Test
    void aSecondProducerFencesTheFirst() {
        try (KafkaProducer<String, String> first = producer("a", 60_000);
                KafkaProducer<String, String> second = producer("a", 60_000)) {
            first.initTransactions();
            first.beginTransaction();
            send(first, 0, "of the first");
            first.flush();
            second.initTransactions();
            assertThatThrownBy(first::commitTransaction).isInstanceOf(ProducerFencedException.class);
            second.beginTransaction();
            send(second, 0, "of the second");
            second.commitTransaction();
        }
        assertThat(read(1)).containsExactly("of the second");
        awaitStable();
    }

    @Test
    void anotherCoordinatorGoesOnWithWhatIsOpen() {
        try (KafkaProducer<String, String> producer = producer("a", 60_000)) {
            producer.initTransactions();
            for (int i = 0; i < 5; i++) {
                producer.beginTransaction();
                send(producer, 0, "a" + i);
                producer.flush();
                for (int p = 0; p < 2; p++) broker.leadAnew(TransactionsTopic.NAME, p);
                send(producer, 1, "b" + i);
                producer.commitTransaction();
            }
        }
        assertThat(read(10)).containsExactlyInAnyOrder("a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4");
        awaitStable();
    }

    @Test
    void whatAProducerLeavesOpenIsAbortedAfterItsTimeoutAndCanBeSeenUntilThen() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
                KafkaProducer<String, String> producer = producer("a", 3_000)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, 0, "never");
            producer.flush();
            TransactionDescription open =
                    admin.describeTransactions(List.of("a")).description("a").get(20, TimeUnit.SECONDS);
            assertThat(open.state()).isEqualTo(TransactionState.ONGOING);
            assertThat(open.topicPartitions()).containsExactly(new TopicPartition("t", 0));
            assertThat(open.transactionTimeoutMs()).isEqualTo(3_000);
            assertThat(admin.listTransactions().all().get(20, TimeUnit.SECONDS))
                    .extracting(TransactionListing::transactionalId, TransactionListing::state)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("a", TransactionState.ONGOING));
            assertThat(matching(admin, "[a-c]")).hasSize(1);
            assertThat(matching(admin, "b.*")).isEmpty();
            assertThatThrownBy(() -> matching(admin, "(")).hasCauseInstanceOf(InvalidRegularExpression.class);
            Await.until("the abort", PATIENCE, () -> state(admin) == TransactionState.COMPLETE_ABORT);
        }
        awaitStable();
    }

    private static Collection<TransactionListing> matching(Admin admin, String pattern) throws Exception {
        return admin.listTransactions(new ListTransactionsOptions().filterOnTransactionalIdPattern(pattern))
                .all()
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void offsetsCountWhenTheirTransactionIsCommittedAndWaitUntilThen() throws Exception {
        TopicPartition partition = new TopicPartition("t", 0);
        ConsumerGroupMetadata group;
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrap(), "group.id", "g"));
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            group = consumer.groupMetadata();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
                KafkaProducer<String, String> producer = producer("a", 60_000)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, 1, "out");
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(5)), group);
            // The client leaves out what has an error; null is no offset.
            assertThat(offsets(admin, false)).containsOnlyKeys(partition);
            assertThat(offsets(admin, true)).isEmpty();
            producer.commitTransaction();
            Await.until("the offset", PATIENCE, () -> committed(admin, true).equals(List.of(5L)));

            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(9)), group);
            for (int p = 0; p < 50; p++) broker.leadAnew(OffsetsTopic.NAME, p);
            producer.abortTransaction();
            Await.until(
                    "the offset as before",
                    PATIENCE,
                    () -> committed(admin, true).equals(List.of(5L)));

            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(12)), group);
            for (int p = 0; p < 50; p++) broker.leadAnew(OffsetsTopic.NAME, p);
            producer.commitTransaction();
            Await.until("the offset", PATIENCE, () -> committed(admin, true).equals(List.of(12L)));
            for (int p = 0; p < 50; p++) broker.leadAnew(OffsetsTopic.NAME, p);
            Await.until("the offset", PATIENCE, () -> committed(admin, true).equals(List.of(12L)));
        }
    }

    @Test
    void aTransformedStreamHasEachInputOnce() throws Exception {
        try (KafkaProducer<String, String> producer = producer("source", 60_000)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < 200; i++) send(producer, 0, Integer.toString(i));
            producer.commitTransaction();
        }
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("group.id", "transform");
        config.put("max.poll.records", 20);
        config.put("enable.auto.commit", false);
        int left = 200;
        for (int round = 0; left > 0; round++) {
            try (KafkaProducer<String, String> producer = producer("transform", 60_000);
                    KafkaConsumer<String, String> consumer =
                            new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
                producer.initTransactions();
                consumer.subscribe(List.of("t"));
                // Each lives for some transactions, the last of which it abandons.
                for (int i = 0; i < 3 && left > 0; ) {
                    var records = consumer.poll(Duration.ofMillis(200));
                    List<String> inputs = new ArrayList<>();
                    records.records(new TopicPartition("t", 0)).forEach(record -> inputs.add(record.value()));
                    if (records.isEmpty()) continue;
                    i++;
                    producer.beginTransaction();
                    inputs.forEach(input -> send(producer, 1, "x" + input));
                    Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
                    for (TopicPartition p : records.partitions()) {
                        var its = records.records(p);
                        read.put(
                                p, new OffsetAndMetadata(its.get(its.size() - 1).offset() + 1));
                    }
                    producer.sendOffsetsToTransaction(read, consumer.groupMetadata());
                    if (i == 3 && round % 2 == 0) {
                        producer.flush();
                        break;
                    }
                    producer.commitTransaction();
                    left -= inputs.size();
                }
            }
        }
        List<String> outputs =
                read(400).stream().filter(value -> value.startsWith("x")).toList();
        assertThat(outputs).hasSize(200).doesNotHaveDuplicates();
        awaitStable();
    }

    private static List<Long> committed(Admin admin, boolean stable) {
        return offsets(admin, stable).values().stream()
                .filter(Objects::nonNull)
                .map(OffsetAndMetadata::offset)
                .toList();
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, boolean stable) {
        var spec = new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(new TopicPartition("t", 0)));
        try {
            return admin.listConsumerGroupOffsets(
                            Map.of("g", spec), new ListConsumerGroupOffsetsOptions().requireStable(stable))
                    .partitionsToOffsetAndMetadata("g")
                    .get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anOperatorAbortsATransactionThatNobodyWouldEnd() throws Exception {
        var replica =
                broker.find(new dev.curia.common.id.TopicPartition("t", 0)).orElseThrow();
        LedLogs.transactional(replica, 9, 0, 0, "hangs");
        assertThat(replica.view().lastStableOffset()).isZero();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.abortTransaction(new org.apache.kafka.clients.admin.AbortTransactionSpec(
                            new TopicPartition("t", 0), 9, (short) 0, 0))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
        assertThat(replica.view().lastStableOffset()).isEqualTo(2);
    }

    /** Failures show at the commit. */
    private static void send(KafkaProducer<String, String> producer, int partition, String value) {
        var unused = producer.send(new ProducerRecord<>("t", partition, null, value));
    }

    private static TransactionState state(Admin admin) {
        try {
            return admin.describeTransactions(List.of("a"))
                    .description("a")
                    .get(20, TimeUnit.SECONDS)
                    .state();
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitStable() {
        for (int p = 0; p < 3; p++) {
            var replica =
                    broker.find(new dev.curia.common.id.TopicPartition("t", p)).orElseThrow();
            Await.until(
                    "the last stable offset at the end",
                    PATIENCE,
                    () -> replica.view().lastStableOffset() == replica.view().logEndOffset());
        }
    }

    private KafkaProducer<String, String> producer(String transactionalId, int timeoutMs) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "transactional.id",
                        transactionalId,
                        "transaction.timeout.ms",
                        timeoutMs,
                        "delivery.timeout.ms",
                        20_000,
                        "request.timeout.ms",
                        10_000),
                new StringSerializer(),
                new StringSerializer());
    }

    private List<String> read(int count) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(
                    List.of(new TopicPartition("t", 0), new TopicPartition("t", 1), new TopicPartition("t", 2)));
            Await.until(count + " records", PATIENCE, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
                return read.size() >= count;
            });
        }
        return read;
    }
}
