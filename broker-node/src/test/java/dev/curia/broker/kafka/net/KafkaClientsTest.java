package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stock Java client against the listener, over a real socket. */
class KafkaClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
    }

    @AfterEach
    void stop() throws Exception {
        Await.until("all slices closed", PATIENCE, () -> broker.openSlices.get() == 0);
        broker.close();
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new java.util.HashMap<>(more);
        config.put("bootstrap.servers", broker.bootstrap());
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> config = new java.util.HashMap<>(more);
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", false);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    private List<ConsumerRecord<byte[], byte[]>> read(
            KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions, int count) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        Await.until(count + " records", PATIENCE, () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            return records.size() >= count;
        });
        return records;
    }

    private static byte[] value(int i) {
        byte[] value = new byte[1200];
        Arrays.fill(value, (byte) ('a' + i % 26));
        return value;
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void roundTripWithTheDefaultsOfAnIdempotentProducer(String codec) throws Exception {
        broker.topic("t", 3);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("compression.type", codec));
                KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("t", i % 3, null, value(i));
                record.headers().add("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> future : sent) future.get(20, TimeUnit.SECONDS);

            List<ConsumerRecord<byte[], byte[]>> records = read(
                    consumer,
                    Set.of(new TopicPartition("t", 0), new TopicPartition("t", 1), new TopicPartition("t", 2)),
                    300);

            assertThat(records).hasSize(300).allSatisfy(record -> {
                int n = Integer.parseInt(
                        new String(record.headers().lastHeader("n").value(), StandardCharsets.UTF_8));
                assertThat(record.value()).isEqualTo(value(n));
                assertThat(record.offset()).isEqualTo(n / 3);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void otherAcks(String acks) throws Exception {
        broker.topic("t", 1);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("acks", acks, "enable.idempotence", false));
                KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 10; i++) sent.add(producer.send(new ProducerRecord<>("t", 0, null, value(i))));
            producer.flush();

            assertThat(read(consumer, Set.of(new TopicPartition("t", 0)), 10)).hasSize(10);
            assertThat(sent).allSatisfy(future -> assertThat(future.get()).isNotNull());
        }
    }

    @Test
    void readsABatchLargerThanAllLimits() throws Exception {
        broker.topic("t", 1);
        byte[] big = new byte[500_000];
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of());
                KafkaConsumer<byte[], byte[]> consumer =
                        consumer(Map.of("fetch.max.bytes", 1000, "max.partition.fetch.bytes", 1000))) {
            producer.send(new ProducerRecord<>("t", 0, null, big)).get(20, TimeUnit.SECONDS);

            assertThat(read(consumer, Set.of(new TopicPartition("t", 0)), 1)
                            .get(0)
                            .value())
                    .isEqualTo(big);
        }
    }

    @Test
    void aReaderFarBehindReadsThroughTheDiskThreads() throws Exception {
        broker.topic("t", 1);
        int count = 70_000; // more than the records that are taken for hot
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("linger.ms", 20, "batch.size", 100_000));
                KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            Future<RecordMetadata> last = producer.send(new ProducerRecord<>("t", 0, null, new byte[1]));
            for (int i = 1; i < count; i++) {
                last = producer.send(new ProducerRecord<>("t", 0, null, new byte[1]));
            }
            producer.flush();
            assertThat(last.get().offset()).isEqualTo(count - 1);

            assertThat(read(consumer, Set.of(new TopicPartition("t", 0)), count))
                    .hasSize(count);
        }
    }

    @Test
    void aWaitingReaderHearsOfNewRecordsAtOnce() throws Exception {
        broker.topic("t", 2);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of());
                KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of("fetch.max.wait.ms", 15_000))) {
            consumer.assign(Set.of(new TopicPartition("t", 0), new TopicPartition("t", 1)));
            consumer.seekToBeginning(List.of());
            Await.until("a long poll waits", PATIENCE, () -> {
                consumer.poll(Duration.ofMillis(20));
                return broker.replica("t", 1).waiting() > 0;
            });

            producer.send(new ProducerRecord<>("t", 1, null, value(1))).get(20, TimeUnit.SECONDS);

            assertThat(consumer.poll(Duration.ofSeconds(10)).count()).isEqualTo(1);
        }
    }

    @Test
    void anUnknownTopicIsCreatedForAProducerThatWantsSo() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            assertThat(producer.send(new ProducerRecord<>("made-up", null, value(0)))
                            .get(20, TimeUnit.SECONDS)
                            .offset())
                    .isZero();
        }
        assertThat(broker.image().topic("made-up")).isPresent();
    }

    @Test
    void administration() throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic("a", 3, (short) 1), new NewTopic("b", 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).containsExactlyInAnyOrder("a", "b");
            assertThat(Objects.requireNonNull(admin.describeTopics(List.of("a"))
                                    .allTopicNames()
                                    .get(20, TimeUnit.SECONDS)
                                    .get("a"))
                            .partitions())
                    .hasSize(3)
                    .allSatisfy(partition -> assertThat(partition.leader().id()).isEqualTo(TestBroker.ID));
            assertThatThrownBy(() -> admin.createTopics(List.of(new NewTopic("a", 1, (short) 1)))
                            .all()
                            .get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(TopicExistsException.class);
            assertThat(admin.describeCluster().clusterId().get(20, TimeUnit.SECONDS))
                    .isEqualTo("test");
            assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS))
                    .singleElement()
                    .satisfies(node -> assertThat(node.port()).isEqualTo(broker.port()));
            assertThat(admin.listOffsets(Map.of(
                                    new TopicPartition("a", 0), OffsetSpec.latest(),
                                    new TopicPartition("a", 1), OffsetSpec.earliest(),
                                    new TopicPartition("a", 2), OffsetSpec.forTimestamp(1)))
                            .all()
                            .get(20, TimeUnit.SECONDS))
                    .hasSize(3);
            admin.deleteTopics(List.of("a")).all().get(20, TimeUnit.SECONDS);
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).containsExactly("b");
            assertThatThrownBy(() -> admin.deleteTopics(List.of("a")).all().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void describesConfigsWithTheirSources() throws Exception {
        broker.topic("t", 1);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "7");
        try (Admin admin = admin()) {
            Map<ConfigResource, Config> configs =
                    admin.describeConfigs(List.of(topic, node)).all().get(20, TimeUnit.SECONDS);

            Config ofTopic = Objects.requireNonNull(configs.get(topic));
            Config ofNode = Objects.requireNonNull(configs.get(node));
            assertThat(ofTopic.get("max.message.bytes").value()).isEqualTo("1048588");
            assertThat(ofTopic.get("max.message.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
            assertThat(ofNode.get("node.id").value()).isEqualTo("7");
            assertThat(ofNode.get("node.id").source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
        }
    }
}
