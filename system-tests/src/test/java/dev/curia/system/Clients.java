package dev.curia.system;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Apache Kafka's Java clients with settings for a test on one slow machine. Thread-safe. */
record Clients(String bootstrapServers, Map<String, Object> ofConsumers, Map<String, Object> ofProducers) {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    Clients(String bootstrapServers) {
        this(bootstrapServers, Map.of(), Map.of());
    }

    static Clients of(LocalCluster cluster) {
        return new Clients(cluster.bootstrapServers());
    }

    /** They give a silent node up after a second, but never the work: for links that lose what is sent without a word. */
    Clients impatient() {
        Map<String, Object> consumers = new HashMap<>();
        consumers.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 1_000);
        consumers.put(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1_000);
        consumers.put(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 1_000);
        consumers.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 180_000);
        Map<String, Object> producers = new HashMap<>();
        producers.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 1_000);
        producers.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1_000);
        producers.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 1_000);
        producers.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 180_000);
        producers.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 240_000);
        return new Clients(bootstrapServers, consumers, producers);
    }

    /** Idempotent, acks=all, retrying for longer than any fault of a test lasts. */
    KafkaProducer<byte[], byte[]> producer() {
        return producer(Map.of());
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 60_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120_000);
        config.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 20);
        config.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 100);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
        config.putAll(ofProducers);
        config.putAll(more);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Without a group: assign and seek it. */
    KafkaConsumer<byte[], byte[]> consumer() {
        return consumer(Map.of(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false));
    }

    /** A member of a classic group that starts at the beginning. */
    KafkaConsumer<byte[], byte[]> groupConsumer(String group) {
        return consumer(Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                "classic",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                10_000,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                500));
    }

    KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 20);
        config.put(ConsumerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 100);
        config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
        config.putAll(ofConsumers);
        config.putAll(more);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    Admin admin() {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 60_000));
    }

    /** Creates a topic and waits until every partition has a leader. */
    void createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs) {
        try (Admin admin = admin()) {
            NewTopic topic = new NewTopic(name, partitions, (short) replicationFactor).configs(configs);
            get(admin.createTopics(List.of(topic)).all());
            Await.until("leaders of " + name, PATIENCE, () -> {
                List<TopicPartitionInfo> found = describe(admin, name);
                return found.size() == partitions
                        && found.stream()
                                .allMatch(info ->
                                        info.leader() != null && !info.leader().isEmpty());
            });
        }
    }

    void createTopic(String name) {
        createTopic(name, 1, 1, Map.of());
    }

    /** The id of the broker that leads a partition now. */
    int leader(TopicPartition partition) {
        try (Admin admin = admin()) {
            return Await.value("leader of " + partition, PATIENCE, () -> {
                Node leader = describe(admin, partition.topic())
                        .get(partition.partition())
                        .leader();
                return leader == null || leader.isEmpty() ? null : leader.id();
            });
        }
    }

    /** Waits until a leader that is expected is named: a broker may hear of an election later than the one asked before. */
    void awaitLeader(TopicPartition partition, IntPredicate expected) {
        Await.until("another leader of " + partition, PATIENCE, () -> expected.test(leader(partition)));
    }

    /** Waits until every partition has this many in-sync replicas. */
    void awaitInSync(String topic, int replicas) {
        try (Admin admin = admin()) {
            Await.until(
                    replicas + " in-sync replicas of " + topic,
                    PATIENCE,
                    () -> describe(admin, topic).stream()
                            .allMatch(info -> info.isr().size() == replicas));
        }
    }

    int partitions(String topic) {
        try (Admin admin = admin()) {
            return describe(admin, topic).size();
        }
    }

    List<Integer> replicas(TopicPartition partition) {
        try (Admin admin = admin()) {
            return describe(admin, partition.topic()).get(partition.partition()).replicas().stream()
                    .map(Node::id)
                    .toList();
        }
    }

    /** The broker that coordinates a group. */
    int coordinator(String group) {
        try (Admin admin = admin()) {
            return Await.value("coordinator of " + group, PATIENCE, () -> {
                Node node = get(admin.describeConsumerGroups(List.of(group)).all())
                        .values()
                        .iterator()
                        .next()
                        .coordinator();
                return node == null || node.isEmpty() ? null : node.id();
            });
        }
    }

    /** Sends records and waits until all are acknowledged, or throws what the first one failed with. */
    static List<RecordMetadata> send(
            KafkaProducer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
        List<Future<RecordMetadata>> pending =
                records.stream().map(producer::send).toList();
        return pending.stream().map(Clients::get).toList();
    }

    /** Sends values to partition 0 of a topic, with a producer of its own. */
    List<RecordMetadata> send(String topic, String... values) {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            return send(
                    producer,
                    Stream.of(values)
                            .map(value -> new ProducerRecord<byte[], byte[]>(topic, 0, null, Text.bytes(value)))
                            .toList());
        }
    }

    /** All that a new consumer reads from the beginning to the end, by partition and offset. */
    List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
        return readAll(topic, "read_uncommitted");
    }

    /** As {@link #readAll}, without what was written in transactions that were aborted or have not ended. */
    List<ConsumerRecord<byte[], byte[]>> readCommitted(String topic) {
        return readAll(topic, "read_committed");
    }

    private List<ConsumerRecord<byte[], byte[]>> readAll(String topic, String isolationLevel) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of(
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolationLevel))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic, PATIENCE).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            Await.until("end of " + ends, PATIENCE, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
            return records;
        }
    }

    /** Polls until at least {@code count} records came. */
    static List<ConsumerRecord<byte[], byte[]>> take(KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        Await.until(count + " records", PATIENCE, () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            return records.size() >= count;
        });
        return records;
    }

    /** What a group has committed for a partition. */
    Optional<Long> committed(String group, TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = groupConsumer(group)) {
            return Optional.ofNullable(
                            consumer.committed(Set.of(partition), PATIENCE).get(partition))
                    .map(found -> found.offset());
        }
    }

    static <T> T get(Future<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static List<TopicPartitionInfo> describe(Admin admin, String topic) {
        Collection<TopicDescription> described =
                get(admin.describeTopics(List.of(topic)).allTopicNames()).values();
        return described.iterator().next().partitions();
    }
}
