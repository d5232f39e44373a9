package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a newcomer does with {@code curia standalone}: data goes in and comes out as it was, with every client. */
class StandaloneRoundTripTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    private final Clients clients = Clients.of(CLUSTER);

    @Test
    @Shows(client = Program.KCAT, value = "sends a file and reads it back")
    void kcatSendsAFileAsOneMessageAndReadsItBack() throws Exception {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        byte[] file = Files.readAllBytes(Distribution.find().textFile());

        kcat.produce(
                new byte[0], "-t", "kcat-file", Distribution.find().textFile().toString());

        assertThat(kcat.consume("-t", "kcat-file", "-o", "beginning", "-e", "-D", "")
                        .out())
                .isEqualTo(file);
    }

    @Test
    void kcatSendsTheLinesOfAFileAndReadsThemBack() throws Exception {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        // kcat itself leaves out empty lines.
        String lines = Files.readString(Distribution.find().textFile()).replaceAll("(?m)^\n", "");

        kcat.produce(Text.bytes(lines), "-t", "kcat-lines");

        assertThat(kcat.consume("-t", "kcat-lines", "-o", "beginning", "-e").text())
                .isEqualTo(lines);
    }

    @Test
    void curiaSendsTheLinesOfAFileAndReadsThemBack() throws Exception {
        Curia curia = Curia.forCluster(CLUSTER);
        byte[] file = Files.readAllBytes(Distribution.find().textFile());
        curia.run("topics", "create", "curia-lines");

        curia.command("produce", "curia-lines").input(file).run().orFail();

        assertThat(curia.run("consume", "curia-lines", "--from-beginning", "--exit-at-end")
                        .out())
                .isEqualTo(file);
    }

    @Test
    @Shows(client = Program.JAVA, value = "keys, headers and nulls")
    void keysHeadersAndNullsOfTheJavaClientReachKcat() {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        clients.createTopic("java-to-kcat");
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            ProducerRecord<byte[], byte[]> first =
                    new ProducerRecord<>("java-to-kcat", Text.bytes("k1"), Text.bytes("v1"));
            first.headers().add("colour", Text.bytes("blue")).add("size", Text.bytes("7"));
            Clients.send(
                    producer,
                    List.of(
                            first,
                            new ProducerRecord<>("java-to-kcat", Text.bytes("k2"), null),
                            new ProducerRecord<>("java-to-kcat", null, Text.bytes("v3"))));
        }

        String seen = kcat.consume("-t", "java-to-kcat", "-o", "beginning", "-e", "-f", "%o|%K|%k|%S|%s|%h\n")
                .text();

        assertThat(seen).isEqualTo("""
                0|2|k1|2|v1|colour=blue,size=7
                1|2|k2|-1||
                2|-1||2|v3|
                """);
    }

    @Test
    @Shows(client = Program.KCAT, value = "keys, headers and nulls")
    void keysHeadersAndNullsOfKcatReachTheJavaClient() {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        clients.createTopic("kcat-to-java");

        kcat.produce(Text.bytes("k1:v1\nk2:\n"), "-t", "kcat-to-java", "-K", ":", "-Z", "-H", "colour=blue");

        List<ConsumerRecord<byte[], byte[]>> records = clients.readAll("kcat-to-java");
        assertThat(records).extracting(record -> Text.of(record.key())).containsExactly("k1", "k2");
        assertThat(Text.of(records.get(0).value())).isEqualTo("v1");
        assertThat(records.get(1).value()).isNull();
        assertThat(records.get(0).headers()).containsExactly(new RecordHeader("colour", Text.bytes("blue")));
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    @Shows(client = Program.JAVA, value = "every compression codec, stored as sent")
    void theJavaClientsCodecsAreStoredAsSentAndReadBack(CompressionType codec) {
        String topic = "java-" + codec.name;
        byte[] value = Text.bytes("a line that repeats itself\n".repeat(100));
        clients.createTopic(topic);

        try (KafkaProducer<byte[], byte[]> producer =
                clients.producer(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec.name))) {
            Clients.send(producer, List.of(new ProducerRecord<>(topic, value)));
        }

        assertThat(clients.readAll(topic)).extracting(ConsumerRecord::value).containsExactly(value);
        assertThat(storedCodecs(topic)).containsExactly(codec);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    @Shows(client = Program.KCAT, value = "every compression codec, stored as sent")
    void kcatsCodecsAreStoredAsSentAndReadBack(CompressionType codec) {
        Kcat kcat = Kcat.forCluster(CLUSTER);
        String topic = "kcat-" + codec.name;
        String line = "a line that repeats itself, ".repeat(100) + "\n";
        clients.createTopic(topic);

        kcat.produce(Text.bytes(line), "-t", topic, "-z", codec.name);

        assertThat(kcat.consume("-t", topic, "-o", "beginning", "-e").text()).isEqualTo(line);
        assertThat(storedCodecs(topic)).containsExactly(codec);
    }

    @Test
    @Shows(client = Program.JAVA, value = "offsets by time")
    void aConsumerFindsTheFirstRecordAtOrAfterATime() {
        clients.createTopic("by-time");
        TopicPartition partition = new TopicPartition("by-time", 0);
        try (KafkaProducer<byte[], byte[]> producer = clients.producer();
                KafkaConsumer<byte[], byte[]> consumer = clients.consumer()) {
            for (long time = 1_000_000; time < 1_000_010; time++) {
                Clients.send(
                        producer, List.of(new ProducerRecord<>("by-time", 0, time * 1_000, null, Text.bytes("v"))));
            }

            var found = consumer.offsetsForTimes(Map.of(partition, 1_000_006_500L), Clients.PATIENCE);

            assertThat(found.values())
                    .singleElement()
                    .extracting(OffsetAndTimestamp::offset)
                    .isEqualTo(7L);
        }
    }

    @Test
    @Shows(client = Program.JAVA, value = "a topic is created when it is first written to")
    void aTopicIsCreatedWhenAClientFirstWritesToIt() {
        clients.send("made-on-demand", "first");
        assertThat(Text.values(clients.readAll("made-on-demand"))).containsExactly("first");
    }

    private static List<CompressionType> storedCodecs(String topic) {
        return Segments.of(CLUSTER, LocalCluster.STANDALONE, new TopicPartition(topic, 0))
                .codecs();
    }
}
