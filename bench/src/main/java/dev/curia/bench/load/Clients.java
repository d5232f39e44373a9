package dev.curia.bench.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Stock clients of one cluster, and its topics. Thread-safe. */
public final class Clients implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    /** Clients that wait for servers to start should not be what is measured. */
    private static final Map<String, Object> EAGER = Map.of(
            "reconnect.backoff.ms",
            10,
            "reconnect.backoff.max.ms",
            10,
            "retry.backoff.ms",
            10,
            "retry.backoff.max.ms",
            10);

    private final String bootstrapServers;
    private final short replicas;
    private final Admin admin;

    public Clients(String bootstrapServers, int replicas) {
        this.bootstrapServers = bootstrapServers;
        this.replicas = (short) replicas;
        this.admin = Admin.create(settings(EAGER));
    }

    private Map<String, Object> settings(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", bootstrapServers);
        return settings;
    }

    /** For what the others here do not do. */
    public Admin admin() {
        return admin;
    }

    /** @param settings besides the defaults */
    public KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings(settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** For servers that may not run yet, and a small record in each of many partitions. */
    public KafkaProducer<byte[], byte[]> eagerProducer() {
        Map<String, Object> settings = new HashMap<>(EAGER);
        settings.put("acks", "all");
        settings.put("linger.ms", 0);
        settings.put("batch.size", 1_024); // what each partition's batch takes of the buffer
        return producer(settings);
    }

    /** With its defaults, at work on all partitions of a topic, from their ends or their beginnings. */
    public KafkaConsumer<byte[], byte[]> consumer(String topic, int partitions, boolean fromEnd) {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings(Map.of()), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(p -> new TopicPartition(topic, p))
                .toList();
        consumer.assign(all);
        if (fromEnd) consumer.seekToEnd(all);
        else consumer.seekToBeginning(all);
        all.forEach(consumer::position);
        return consumer;
    }

    /** May be refused, as by servers that are starting. */
    public void createTopic(String topic, int partitions) throws ExecutionException {
        Map<String, String> configs =
                replicas > 1 ? Map.of("min.insync.replicas", Integer.toString(replicas - 1)) : Map.of();
        get(admin.createTopics(List.of(new NewTopic(topic, partitions, replicas).configs(configs)))
                .all());
    }

    /** Whether every partition of a topic has a leader, as a broker tells. */
    public boolean allHaveLeaders(String topic, int partitions) {
        try {
            TopicDescription found =
                    get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
            return found != null
                    && found.partitions().size() == partitions
                    && found.partitions().stream()
                            .allMatch(p -> p.leader() != null && !p.leader().isEmpty());
        } catch (ExecutionException notYetKnown) {
            return false;
        }
    }

    /** A record in every partition of a topic; returns when all are acknowledged. */
    public void writeToEach(String topic, int partitions) {
        Acknowledged acknowledged = new Acknowledged();
        try (KafkaProducer<byte[], byte[]> producer = eagerProducer()) {
            for (int partition = 0; partition < partitions; partition++) {
                var unused = producer.send(new ProducerRecord<>(topic, partition, null, new byte[100]), acknowledged);
            }
        }
        acknowledged.check();
    }

    public void deleteTopic(String topic) throws ExecutionException {
        get(admin.deleteTopics(List.of(topic)).all());
    }

    /** Waits for an answer of {@link #admin}. */
    public static <T> T get(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new ExecutionException("no answer within " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
