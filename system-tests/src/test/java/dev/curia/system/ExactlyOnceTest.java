package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An application reads, transforms and writes in transactions while brokers are killed, the coordinators among them, and while it loses its
 * own life again and again. Every input is in the output exactly once, and no transaction stays open.
 */
@Tag("slow")
class ExactlyOnceTest {
    private static final int PARTITIONS = 3;
    private static final int BROKERS = 3;
    private static final int INPUTS = 3_000;
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration AFTERWARDS = Duration.ofSeconds(30);

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(3, BROKERS);

    private final Clients clients = Clients.of(CLUSTER);

    @AfterEach
    void heal() {
        CLUSTER.heal();
    }

    @Test
    void everyInputIsInTheOutputOnceThoughBrokersAndTheApplicationAreKilled() throws Exception {
        Map<String, String> safe = Map.of("min.insync.replicas", "2");
        clients.createTopic("eo-in", PARTITIONS, BROKERS, safe);
        clients.createTopic("eo-out", PARTITIONS, BROKERS, safe);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(
                    producer,
                    IntStream.range(0, INPUTS)
                            .mapToObj(i -> new ProducerRecord<byte[], byte[]>(
                                    "eo-in", i % PARTITIONS, null, Text.bytes(Integer.toString(i))))
                            .toList());
        }
        SplittableRandom random = new SplittableRandom(Long.getLong("check.seed", 1));
        Thread killer = new Thread(() -> killBrokers(random.split()), "killer");
        killer.start();
        int lives = 0;
        for (Life life = live(random, lives); !life.done; life = live(random, lives)) lives++;
        killer.join();
        CLUSTER.heal();

        awaitNothingOpen();
        List<String> outputs = committed();
        assertThat(outputs).hasSize(INPUTS);
        assertThat(new HashSet<>(outputs)).hasSize(INPUTS);
        assertThat(lives).as("lives of the application").isPositive();
    }

    /** Each broker twice: whichever coordinates dies too. */
    private void killBrokers(SplittableRandom random) {
        for (int i = 0; i < 2 * BROKERS; i++) {
            NodeProcess broker = CLUSTER.broker(1 + (i + random.nextInt(2)) % BROKERS);
            broker.kill();
            broker.startAndAwaitReady();
            clients.awaitInSync("eo-in", BROKERS);
            clients.awaitInSync("eo-out", BROKERS);
        }
    }

    private record Life(boolean done) {}

    /** From its start to its end: it stops in the middle of a transaction, as if it had been killed, or when there is nothing left. */
    private Life live(SplittableRandom random, int number) {
        int transactions = 1 + random.nextInt(25);
        Map<String, Object> consumed = new HashMap<>();
        consumed.put(ConsumerConfig.GROUP_ID_CONFIG, "transform");
        consumed.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        consumed.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        consumed.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 25);
        consumed.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
        KafkaProducer<byte[], byte[]> producer = clients.producer(Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "transform",
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                (int) TRANSACTION_TIMEOUT.toMillis(),
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                30_000));
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(consumed)) {
            producer.initTransactions();
            consumer.subscribe(List.of("eo-in"));
            int idle = 0;
            for (int i = 0; i < transactions; ) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                if (records.isEmpty() && !consumer.assignment().isEmpty() && atEnd(consumer) && ++idle > 3) {
                    return new Life(true);
                }
                if (records.isEmpty()) continue;
                i++;
                transform(producer, consumer, records, i == transactions && number % 2 == 0);
            }
        } catch (KafkaException e) {
            // Fenced, timed out, or aborted: an application of this kind starts over from what is committed.
            return new Life(false);
        } finally {
            producer.close(Duration.ZERO);
        }
        return new Life(false);
    }

    private static boolean atEnd(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.endOffsets(consumer.assignment()).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static void transform(
            KafkaProducer<byte[], byte[]> producer,
            KafkaConsumer<byte[], byte[]> consumer,
            ConsumerRecords<byte[], byte[]> records,
            boolean abandon) {
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            var unused = producer.send(
                    new ProducerRecord<>("eo-out", (record.partition() + 1) % PARTITIONS, null, record.value()));
            read.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(read, consumer.groupMetadata());
        if (abandon) producer.flush();
        else producer.commitTransaction();
    }

    /** The last stable offset reaches the end within the transaction timeout and half a minute, and the coordinator knows of none that is open. */
    private void awaitNothingOpen() {
        Duration patience = TRANSACTION_TIMEOUT.plus(AFTERWARDS);
        try (Admin admin = clients.admin()) {
            for (String topic : List.of("eo-out", "__consumer_offsets")) {
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

    private List<String> committed() {
        List<TopicPartition> all = IntStream.range(0, PARTITIONS)
                .mapToObj(p -> new TopicPartition("eo-out", p))
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
