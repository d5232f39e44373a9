package dev.curia.system;

import dev.curia.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What applications do with Kafka's Java client, in a process that may have a client of another version than the tests': it is compiled
 * with the newest but calls only what version 2.8 has, too. Ends with an exception when something is not as it should be.
 */
final class JavaClientProgram {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int RECORDS = 20;

    private final String bootstrapServers;
    private final String prefix;

    private JavaClientProgram(String bootstrapServers, String prefix) {
        this.bootstrapServers = bootstrapServers;
        this.prefix = prefix;
    }

    /** Arguments: bootstrap servers, what the names of its topics and groups begin with, what to do. */
    public static void main(String[] args) {
        JavaClientProgram program = new JavaClientProgram(args[0], args[1]);
        switch (args[2]) {
            case "records" -> program.records();
            case "group" -> program.group();
            case "admin" -> program.admin();
            case "transactions" -> program.transactions();
            default -> throw new IllegalArgumentException(args[2]);
        }
    }

    private void records() {
        String topic = prefix + "records";
        createTopic(topic, 1);
        String value = "value ".repeat(400);
        List<String> codecs = List.of("none", "gzip", "snappy", "lz4", "zstd");
        for (String codec : codecs) {
            try (KafkaProducer<String, String> producer = producer(
                    Map.of("compression.type", codec, "enable.idempotence", true, "acks", "all", "linger.ms", 20))) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (int i = 0; i < RECORDS; i++) {
                    ProducerRecord<String, String> record = new ProducerRecord<>(topic, codec + i, value + i);
                    record.headers().add("codec", codec.getBytes(StandardCharsets.UTF_8));
                    sent.add(producer.send(record));
                }
                sent.forEach(JavaClientProgram::get);
            }
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        List<ConsumerRecord<String, String>> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
            consumer.assign(List.of(partition));
            Await.until("all records", PATIENCE, () -> {
                consumer.poll(POLL).forEach(read::add);
                return read.size() >= codecs.size() * RECORDS;
            });
        }
        for (int i = 0; i < read.size(); i++) {
            String codec = codecs.get(i / RECORDS);
            ConsumerRecord<String, String> record = read.get(i);
            same("offset", (long) i, record.offset());
            same("key", codec + i % RECORDS, record.key());
            same("value", value + i % RECORDS, record.value());
            Header header = record.headers().lastHeader("codec");
            same("header", codec, new String(header.value(), StandardCharsets.UTF_8));
        }
    }

    /** With each assignor of its own: two share, one leaves, the other has all and goes on where it was committed. */
    private void group() {
        for (String assignor : List.of("RangeAssignor", "StickyAssignor", "CooperativeStickyAssignor")) {
            String topic = prefix + assignor;
            createTopic(topic, 4);
            send(topic, 4, RECORDS);
            Map<String, Object> config = Map.of(
                    "group.id",
                    topic,
                    "partition.assignment.strategy",
                    "org.apache.kafka.clients.consumer." + assignor,
                    "heartbeat.interval.ms",
                    200);
            Set<String> read = new HashSet<>();
            KafkaConsumer<String, String> one = consumer(config);
            try (KafkaConsumer<String, String> other = consumer(config)) {
                one.subscribe(List.of(topic));
                other.subscribe(List.of(topic));
                Await.until("two each, and all is read", PATIENCE, () -> {
                    one.poll(POLL).forEach(record -> read.add(record.value()));
                    other.poll(POLL).forEach(record -> read.add(record.value()));
                    return one.assignment().size() == 2 && other.assignment().size() == 2 && read.size() == RECORDS;
                });
                one.commitSync();
                other.commitSync();
                one.close();
                send(topic, 4, 2 * RECORDS);
                Await.until("all four, and what is new is read and committed", PATIENCE, () -> {
                    other.poll(POLL).forEach(record -> read.add(record.value()));
                    if (other.assignment().size() < 4) return false;
                    other.commitSync();
                    return committed(other) == 3 * RECORDS;
                });
                same("read", 2 * RECORDS, read.size());
            }
        }
    }

    private static long committed(KafkaConsumer<String, String> consumer) {
        return consumer.committed(consumer.assignment()).values().stream()
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    private void admin() {
        String name = prefix + "admin";
        TopicPartition partition = new TopicPartition(name, 0);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            same("nodes", 1, get(admin.describeCluster().nodes()).size());
            NewTopic created = new NewTopic(name, 1, (short) 1).configs(Map.of("retention.ms", "123456"));
            get(admin.createTopics(List.of(created)).all());
            same("listed", true, get(admin.listTopics().names()).contains(name));
            AlterConfigOp alter =
                    new AlterConfigOp(new ConfigEntry("retention.ms", "654321"), AlterConfigOp.OpType.SET);
            get(admin.incrementalAlterConfigs(Map.of(topic, List.of(alter))).all());
            Await.until(
                    "the altered configuration",
                    PATIENCE,
                    () -> Objects.requireNonNull(
                                    get(admin.describeConfigs(List.of(topic)).all())
                                            .get(topic))
                            .get("retention.ms")
                            .value()
                            .equals("654321"));
            get(admin.createPartitions(Map.of(name, NewPartitions.increaseTo(3)))
                    .all());
            try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
                Await.until(
                        "three partitions",
                        PATIENCE,
                        () -> consumer.partitionsFor(name).size() == 3);
            }
            send(name, 1, RECORDS);
            get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(5)))
                    .all());
            same("first", 5L, offset(admin, partition, OffsetSpec.earliest()));
            same("last", (long) RECORDS, offset(admin, partition, OffsetSpec.latest()));
            get(admin.alterConsumerGroupOffsets(name, Map.of(partition, new OffsetAndMetadata(7)))
                    .all());
            same(
                    "group offset",
                    7L,
                    Objects.requireNonNull(
                                    get(admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata())
                                            .get(partition))
                            .offset());
            same(
                    "group",
                    1,
                    get(admin.describeConsumerGroups(List.of(name)).all()).size());
            get(admin.deleteConsumerGroups(List.of(name)).all());
            get(admin.deleteTopics(List.of(name)).all());
            Await.until(
                    "it is gone",
                    PATIENCE,
                    () -> !get(admin.listTopics().names()).contains(name));
        }
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec) {
        return get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition))
                .offset();
    }

    /** One aborted, one committed with the offsets of what was read for it, and the first producer is fenced by a second. */
    private void transactions() {
        String in = prefix + "read";
        String out = prefix + "written";
        createTopic(in, 1);
        createTopic(out, 1);
        send(in, 1, RECORDS);
        Map<String, Object> config = Map.of("transactional.id", prefix + "id");
        Map<String, Object> group = Map.of("group.id", prefix + "transactions", "isolation.level", "read_committed");
        TopicPartition read = new TopicPartition(in, 0);
        try (KafkaProducer<String, String> first = producer(config);
                KafkaConsumer<String, String> consumer = consumer(group)) {
            first.initTransactions();
            first.beginTransaction();
            send(first, out, List.of("aborted"));
            first.abortTransaction();
            consumer.subscribe(List.of(in));
            List<String> values = new ArrayList<>();
            Await.until("all inputs", PATIENCE, () -> {
                consumer.poll(POLL).forEach(record -> values.add(record.value()));
                return values.size() == RECORDS;
            });
            first.beginTransaction();
            send(first, out, values);
            first.sendOffsetsToTransaction(Map.of(read, new OffsetAndMetadata(RECORDS)), consumer.groupMetadata());
            first.commitTransaction();
            same("committed", (long) RECORDS, committed(consumer));
            try (KafkaProducer<String, String> second = producer(config)) {
                second.initTransactions();
                second.beginTransaction();
                send(second, out, List.of("last"));
                second.commitTransaction();
            }
            checkFenced(first, out);
            values.add("last");
            checkWritten(out, values);
        }
    }

    private static void checkFenced(KafkaProducer<String, String> producer, String out) {
        try {
            producer.beginTransaction();
            var unused = producer.send(new ProducerRecord<>(out, "fenced"));
            producer.commitTransaction();
        } catch (ProducerFencedException e) {
            return;
        } catch (InvalidProducerEpochException e) {
            // Of transactions of version 2 the leader says so first, which its client takes for no reason to end.
            if (isFencedWhenItAborts(producer)) return;
        }
        throw new IllegalStateException("the first producer was not fenced");
    }

    private static boolean isFencedWhenItAborts(KafkaProducer<String, String> producer) {
        try {
            producer.abortTransaction();
            return false;
        } catch (ProducerFencedException e) {
            return true;
        }
    }

    private void checkWritten(String out, List<String> expected) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(Map.of("isolation.level", "read_committed"))) {
            consumer.assign(List.of(new TopicPartition(out, 0)));
            Await.until("what was committed", PATIENCE, () -> {
                consumer.poll(POLL).forEach(record -> values.add(record.value()));
                return values.contains("last");
            });
        }
        same("written", expected, values);
    }

    private static void send(KafkaProducer<String, String> producer, String topic, List<String> values) {
        values.stream()
                .map(value -> producer.send(new ProducerRecord<>(topic, value)))
                .toList()
                .forEach(JavaClientProgram::get);
    }

    private void createTopic(String name, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            get(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all());
        }
    }

    /** Values "0" to below this number, in turn to each partition. */
    private void send(String topic, int partitions, int count) {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            IntStream.range(0, count)
                    .mapToObj(
                            i -> producer.send(new ProducerRecord<>(topic, i % partitions, "key", Integer.toString(i))))
                    .toList()
                    .forEach(JavaClientProgram::get);
        }
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", bootstrapServers);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", bootstrapServers);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", false);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static void same(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new IllegalStateException(what + ": expected " + expected + ", not " + actual);
        }
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
