package dev.curia.system;

import dev.curia.common.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * An application in a process of its own: reads one topic, and writes each record to another in transactions that carry its offsets. What
 * fails it begins anew from what is committed; when there is nothing left it says so and ends. Tells a file of each transaction before it
 * commits it.
 */
final class TransformProgram {
    /** Told when all is read. */
    static final String DONE = "done";
    /** Begins what is told of a transaction. */
    static final String COMMITS = "commits";

    private static final int MOST_AT_ONCE = 25;
    private static final int IDLE_POLLS = 3;

    private final String in;
    private final String out;
    private final Told told;
    private final Clients clients;
    private final SystemClock clock = new SystemClock();

    private TransformProgram(String bootstrapServers, String in, String out, Path file) {
        this.in = in;
        this.out = out;
        this.told = new Told(file);
        this.clients = new Clients(bootstrapServers);
    }

    /** Arguments: bootstrap servers, topic to read, topic to write, file to tell, transaction timeout in milliseconds. */
    public static void main(String[] args) {
        TransformProgram program = new TransformProgram(args[0], args[1], args[2], Path.of(args[3]));
        while (!program.live(Integer.parseInt(args[4]))) program.tell("again");
        program.tell(DONE);
    }

    /** @return whether nothing is left */
    private boolean live(int transactionTimeoutMs) {
        KafkaProducer<byte[], byte[]> producer = clients.producer(Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                out,
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                transactionTimeoutMs,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                30_000));
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(consumed())) {
            producer.initTransactions();
            consumer.subscribe(List.of(in));
            for (int idle = 0; idle < IDLE_POLLS; ) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                if (!records.isEmpty()) transform(producer, consumer, records);
                else if (!consumer.assignment().isEmpty() && atEnd(consumer)) idle++;
            }
            return true;
        } catch (KafkaException e) {
            tell("! " + e);
            return false;
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private Map<String, Object> consumed() {
        return Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                out,
                // Whoever comes after a kill takes the place of the killed at once.
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                "only",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                MOST_AT_ONCE,
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                6_000);
    }

    private static boolean atEnd(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.endOffsets(consumer.assignment()).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private void transform(
            KafkaProducer<byte[], byte[]> producer,
            KafkaConsumer<byte[], byte[]> consumer,
            ConsumerRecords<byte[], byte[]> records) {
        int partitions = producer.partitionsFor(out).size();
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            var unused = producer.send(
                    new ProducerRecord<>(out, (record.partition() + 1) % partitions, null, record.value()));
            read.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(read, consumer.groupMetadata());
        tell(COMMITS + " " + read);
        producer.commitTransaction();
    }

    private void tell(String text) {
        told.tell(clock, text);
    }
}
