package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever arrives on the Kafka port gets an error or a closed connection; the node goes on, and nothing is lost. */
class BadRequestTest {
    private static final int PRODUCE = 0;
    private static final int METADATA = 3;
    private static final int API_VERSIONS = 18;
    private static final short UNSUPPORTED_VERSION = 35;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("auto.create.topics.enable", "false")
            .with("socket.request.max.bytes", "10000000");

    private final Clients clients = Clients.of(CLUSTER);
    private long sentBefore;

    @BeforeAll
    static void makeCanary() {
        Clients.of(CLUSTER).createTopic("canary");
    }

    @BeforeEach
    void remember() {
        sentBefore = clients.send("canary", "before").get(0).offset() + 1;
    }

    @AfterEach
    void theNodeGoesOnAndNothingIsLost() {
        assertThat(CLUSTER.node().isAlive()).isTrue();
        assertThat(clients.send("canary", "after").get(0).offset()).isEqualTo(sentBefore);
        assertThat(clients.readAll("canary")).hasSize((int) sentBefore + 1);
    }

    @Test
    void anotherProtocolIsTurnedAway() throws Exception {
        assertClosedAfter(Text.bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assertClosedAfter(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03});
    }

    @Test
    void aLengthBeyondTheLimitClosesTheConnection() throws Exception {
        assertClosedAfter(length(Integer.MAX_VALUE));
        assertClosedAfter(length(10_000_001));
        assertClosedAfter(length(-1));
        assertClosedAfter(length(Integer.MIN_VALUE));
    }

    @Test
    void aRequestTooShortForItsHeaderClosesTheConnection() throws Exception {
        assertClosedAfter(length(0));
        assertClosedAfter(new byte[] {0, 0, 0, 3, 0, 3, 0});
    }

    @Test
    void halfRequestsHoldNobodyUp() throws Exception {
        List<RawConnection> open = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers());
                open.add(connection);
                connection.send(new byte[] {0, 0, 1, 0, 0, 3});
            }
            clients.send("canary", "meanwhile");
            sentBefore++;
        } finally {
            for (RawConnection connection : open) connection.close();
        }
    }

    @Test
    void anApiVersionsRequestOfTheFutureIsToldWhatThereIs() throws Exception {
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            // The 0 ends the header of newer versions; what follows is of a form nobody knows yet.
            connection.send(RawConnection.request(API_VERSIONS, 99, 7, new byte[] {0, 1, 2, 3}));

            ByteBuffer answer = connection.receive().orElseThrow();
            assertThat(answer.getInt()).as("correlation id").isEqualTo(7);
            assertThat(answer.getShort()).as("error").isEqualTo(UNSUPPORTED_VERSION);
            assertThat(answer.getInt()).as("APIs listed in version 0's form").isPositive();

            connection.send(RawConnection.request(API_VERSIONS, 0, 8, new byte[0]));
            ByteBuffer again = connection.receive().orElseThrow();
            assertThat(again.getInt()).as("correlation id").isEqualTo(8);
            assertThat(again.getShort()).as("error").isZero();
        }
    }

    @Test
    void unsupportedVersionsAndUnknownRequestsAreRefused() throws Exception {
        assertRefused(RawConnection.request(METADATA, 99, 1, new byte[20]));
        assertRefused(RawConnection.request(METADATA, -1, 1, new byte[20]));
        assertRefused(RawConnection.request(PRODUCE, 2, 1, new byte[20]));
        assertRefused(RawConnection.request(9_999, 0, 1, new byte[20]));
        assertRefused(RawConnection.request(-1, 0, 1, new byte[20]));
    }

    @Test
    void bodiesThatDoNotParseCloseOnlyTheirConnection() {
        Check.forAll(
                300,
                random -> {
                    byte[] body = new byte[random.nextInt(200)];
                    random.nextBytes(body);
                    return RawConnection.request(random.nextInt(70), random.nextInt(13), 1, body);
                },
                BadRequestTest::sendAndLeave);
    }

    @Test
    void randomBytesCloseOnlyTheirConnection() {
        Check.forAll(
                200,
                random -> {
                    byte[] bytes = new byte[1 + random.nextInt(400)];
                    random.nextBytes(bytes);
                    return bytes;
                },
                BadRequestTest::sendAndLeave);
    }

    @Test
    void aRecordAboveTheTopicsLimitIsRefused() {
        clients.createTopic("small", 1, 1, Map.of("max.message.bytes", "10000"));
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            assertThatThrownBy(() -> Clients.send(producer, List.of(new ProducerRecord<>("small", new byte[20_000]))))
                    .isInstanceOf(RecordTooLargeException.class);
            Clients.send(producer, List.of(new ProducerRecord<>("small", new byte[5_000])));
        }
        assertThat(clients.readAll("small")).hasSize(1);
    }

    @Test
    void anUnknownTopicIsNamed() {
        try (KafkaProducer<byte[], byte[]> producer =
                clients.producer(Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000))) {
            assertThatThrownBy(
                            () -> Clients.send(producer, List.of(new ProducerRecord<>("nowhere", Text.bytes("value")))))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    @Test
    void anImpossibleTopicNameIsRefused() {
        assertThatThrownBy(() -> clients.createTopic("not a/name")).isInstanceOf(InvalidTopicException.class);
    }

    @Test
    void anOffsetThatIsNotThereIsSaidToBeSo() {
        TopicPartition partition = new TopicPartition("canary", 0);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(Map.of("auto.offset.reset", "none"))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 1_000_000);
            assertThatThrownBy(() -> consumer.poll(Clients.PATIENCE)).isInstanceOf(OffsetOutOfRangeException.class);
        }
    }

    private static byte[] length(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    private static void sendAndLeave(byte[] bytes) throws Exception {
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            connection.send(bytes);
        }
    }

    private static void assertClosedAfter(byte[] bytes) throws Exception {
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            connection.send(bytes);
            assertThat(connection.receive()).as("answer").isEmpty();
        }
    }

    /** Either closed, or answered with nothing but the error after the correlation id. */
    private static void assertRefused(byte[] request) throws Exception {
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            connection.send(request);
            Optional<ByteBuffer> answer = connection.receive();
            answer.ifPresent(frame ->
                    assertThat(hasError(frame)).as("error in the answer").isTrue());
        }
    }

    private static boolean hasError(ByteBuffer frame) {
        for (int i = 4; i + 2 <= frame.limit(); i++) {
            if (frame.getShort(i) == UNSUPPORTED_VERSION) return true;
        }
        return false;
    }
}
