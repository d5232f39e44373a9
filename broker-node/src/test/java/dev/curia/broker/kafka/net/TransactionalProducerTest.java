package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.logs.LedLogs;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own transactional producer against the coordinator, on real logs. */
@SuppressWarnings("NullAway.Init")
class TransactionalProducerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private LedLogs logs;
    private TestBroker broker;

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
            Await.until("the abort", PATIENCE, () -> state(admin) == TransactionState.COMPLETE_ABORT);
        }
        awaitStable();
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
        } catch (InterruptedException
                | java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
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
