package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that no good client sends, and orders that few do. After each the server still answers others. */
class WireTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    TestBroker broker;

    @BeforeAll
    static void watchBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + records));
    }

    @AfterAll
    static void noBufferWasLost() {
        System.gc();
        // The detector speaks when the next buffer is made.
        for (int i = 0; i < 1000; i++)
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        assertThat(LEAKS).isEmpty();
    }

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
    }

    @AfterEach
    void stillServesOthersAndHoldsNothing() throws Exception {
        try (Client client = new Client()) {
            client.send(ApiKeys.API_VERSIONS, 0, 1, new ApiVersionsRequestData());
            assertThat(client.receive(ApiKeys.API_VERSIONS, 0, 1)).isInstanceOf(ApiVersionsResponse.class);
        }
        Await.until("no connections", PATIENCE, () -> broker.metric("curia_kafka_connections") == 0);
        Await.until("all slices closed", PATIENCE, () -> broker.openSlices.get() == 0);
        assertThat(broker.metric("curia_kafka_requests_in_flight")).isZero();
        broker.close();
    }

    /** A client that can send anything. */
    final class Client implements AutoCloseable {
        final Socket socket;
        final DataInputStream in;

        Client() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            in = new DataInputStream(socket.getInputStream());
        }

        void send(ApiKeys api, int version, int correlationId, ApiMessage body) throws IOException {
            raw(frame(api, version, correlationId, body));
        }

        void raw(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void length(int length) throws IOException {
            raw(ByteBuffer.allocate(4).putInt(length).array());
        }

        AbstractResponse receive(ApiKeys api, int version, int correlationId) throws IOException {
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            return AbstractResponse.parseResponse(
                    ByteBuffer.wrap(body), new RequestHeader(api, (short) version, "test", correlationId));
        }

        /** The server closes without another byte. */
        void assertClosed() throws IOException {
            try {
                assertThat(in.read()).isEqualTo(-1);
            } catch (SocketException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** On a connection of its own. */
    static ApiMessage call(int port, ApiKeys api, int version, ApiMessage request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(frame(api, version, 1, request));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return AbstractResponse.parseResponse(
                            ByteBuffer.wrap(answer), new RequestHeader(api, (short) version, "test", 1))
                    .data();
        }
    }

    static byte[] frame(ApiKeys api, int version, int correlationId, ApiMessage body) {
        RequestHeader header = new RequestHeader(api, (short) version, "test", correlationId);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        ByteBuffer rest =
                MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
        return ByteBuffer.allocate(4 + head.remaining() + rest.remaining())
                .putInt(head.remaining() + rest.remaining())
                .put(head)
                .put(rest)
                .array();
    }

    static ProduceRequestData produce(String topic, int bytes) {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[bytes]));
        ProduceRequestData data = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1000);
        data.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(topic)
                        .setTopicId(Uuid.ZERO_UUID)
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(0)
                                .setRecords(records))));
        return data;
    }

    static FetchRequestData fetch(String topic, int maxWaitMs, long offset) {
        return new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1 << 20)))));
    }

    @Test
    void garbageClosesTheConnection() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[64];
            random.nextBytes(garbage);
            ByteBuffer.wrap(garbage).putInt(60);
            ByteBuffer.wrap(garbage).putShort(4, (short) 2000); // no such kind of request
            try (Client client = new Client()) {
                client.raw(garbage);
                client.assertClosed();
            }
        }
    }

    @Test
    void httpClosesTheConnection() throws Exception {
        try (Client client = new Client()) {
            client.raw("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            client.assertClosed();
        }
    }

    @Test
    void lengthsThatAreNegativeOrTooLargeCloseTheConnection() throws Exception {
        for (int length : new int[] {-1, Integer.MIN_VALUE, TestBroker.MAX_REQUEST_BYTES + 1, Integer.MAX_VALUE}) {
            try (Client client = new Client()) {
                client.length(length);
                client.assertClosed();
            }
        }
    }

    @Test
    void anEmptyFrameClosesTheConnection() throws Exception {
        try (Client client = new Client()) {
            client.length(0);
            client.assertClosed();
        }
    }

    @Test
    void halfARequestHoldsNobodyUp() throws Exception {
        byte[] whole = frame(ApiKeys.METADATA, 12, 1, new MetadataRequestData().setTopics(null));
        try (Client half = new Client()) {
            half.raw(java.util.Arrays.copyOf(whole, whole.length / 2));
            stillAnswers();
        }
        try (Client slow = new Client()) {
            for (byte one : whole) slow.raw(new byte[] {one});
            assertThat(slow.receive(ApiKeys.METADATA, 12, 1)).isNotNull();
        }
    }

    private void stillAnswers() throws IOException {
        try (Client client = new Client()) {
            client.send(ApiKeys.METADATA, 12, 5, new MetadataRequestData().setTopics(null));
            assertThat(client.receive(ApiKeys.METADATA, 12, 5)).isInstanceOf(MetadataResponse.class);
        }
    }

    @Test
    void apiVersionsOfAnUnknownVersionIsAnsweredInVersion0WithTheVersionsServed() throws Exception {
        try (Client client = new Client()) {
            byte[] request = frame(ApiKeys.API_VERSIONS, 5, 9, new ApiVersionsRequestData());
            ByteBuffer.wrap(request).putShort(6, (short) 99);
            client.raw(request);

            ApiVersionsResponse response = (ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, 0, 9);

            assertThat(response.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(response.data().apiKeys()).hasSameSizeAs(broker.apis.handlers());
            client.send(ApiKeys.API_VERSIONS, 0, 10, new ApiVersionsRequestData());
            assertThat(client.receive(ApiKeys.API_VERSIONS, 0, 10).errorCounts())
                    .containsOnlyKeys(Errors.NONE);
        }
    }

    @Test
    void produceIsAdvertisedFromVersion0() throws Exception {
        try (Client client = new Client()) {
            client.send(ApiKeys.API_VERSIONS, 0, 1, new ApiVersionsRequestData());
            ApiVersionsResponse response = (ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, 0, 1);

            assertThat(response.apiVersion(ApiKeys.PRODUCE.id).minVersion()).isZero();
            assertThat(response.apiVersion(ApiKeys.FETCH.id).minVersion()).isEqualTo((short) 4);
        }
    }

    @Test
    void aVersionThatIsNotServedClosesTheConnection() throws Exception {
        byte[] request = frame(ApiKeys.METADATA, 12, 1, new MetadataRequestData().setTopics(null));
        ByteBuffer.wrap(request).putShort(6, (short) 77);
        try (Client client = new Client()) {
            client.raw(request);
            client.assertClosed();
        }
    }

    @Test
    void aKindThatIsNotServedClosesTheConnection() throws Exception {
        byte[] request = frame(ApiKeys.API_VERSIONS, 0, 1, new ApiVersionsRequestData());
        ByteBuffer.wrap(request).putShort(4, ApiKeys.ALTER_USER_SCRAM_CREDENTIALS.id);
        try (Client client = new Client()) {
            client.raw(request);
            client.assertClosed();
        }
    }

    @Test
    void answersLeaveInTheOrderOfTheRequests() throws Exception {
        broker.topic("t", 1);
        try (Client client = new Client()) {
            // The first waits 300 ms, the third needs another thread, the others are answered at once.
            client.send(ApiKeys.FETCH, 11, 1, fetch("t", 300, 0));
            client.send(ApiKeys.METADATA, 12, 2, new MetadataRequestData().setTopics(null));
            client.send(
                    ApiKeys.LIST_OFFSETS,
                    7,
                    3,
                    new ListOffsetsRequestData()
                            .setReplicaId(-1)
                            .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                                    .setName("t")
                                    .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                            .setPartitionIndex(0)
                                            .setTimestamp(12))))));
            client.send(ApiKeys.API_VERSIONS, 0, 4, new ApiVersionsRequestData());

            client.receive(ApiKeys.FETCH, 11, 1);
            client.receive(ApiKeys.METADATA, 12, 2);
            client.receive(ApiKeys.LIST_OFFSETS, 7, 3);
            client.receive(ApiKeys.API_VERSIONS, 0, 4);
        }
    }

    @Test
    void manyRequestsAtOnceAreAllAnsweredInOrder() throws Exception {
        int count = 20 * KafkaConnection.MAX_IN_FLIGHT;
        byte[] one = frame(ApiKeys.API_VERSIONS, 0, 0, new ApiVersionsRequestData());
        ByteBuffer all = ByteBuffer.allocate(count * one.length);
        for (int i = 0; i < count; i++) {
            ByteBuffer.wrap(one).putInt(8, i);
            all.put(one);
        }
        try (Client client = new Client()) {
            Thread sender = new Thread(() -> {
                try {
                    client.raw(all.array());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            sender.start();
            for (int i = 0; i < count; i++) client.receive(ApiKeys.API_VERSIONS, 0, i);
            sender.join();
        }
    }

    @Test
    void aClientThatNeverReadsItsAnswersStopsBeingReadAndHurtsNobody() throws Exception {
        broker.topic("t", 1);
        try (Client producer = new Client()) {
            producer.send(ApiKeys.PRODUCE, 9, 1, produce("t", 900_000));
            producer.receive(ApiKeys.PRODUCE, 9, 1);
        }
        byte[] one = frame(ApiKeys.FETCH, 11, 1, fetch("t", 0, 0));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Client deaf = new Client();
            clients.add(deaf);
            for (int n = 0; n < 100; n++) deaf.raw(one);
        }
        Await.until("answers wait in the sockets", PATIENCE, () -> broker.openSlices.get() > 0);
        stillAnswers();
        // Far fewer answers are held than were asked for: the rest of the requests are not taken.
        assertThat(broker.openSlices.get()).isLessThan(5 * 10);
        for (Client client : clients) client.close();
    }

    @Test
    void fetchedRecordsAreTheBytesProduced() throws Exception {
        broker.topic("t", 1);
        try (Client client = new Client()) {
            for (int i = 1; i <= 3; i++) {
                client.send(ApiKeys.PRODUCE, 9, i, produce("t", 10 * i));
                client.receive(ApiKeys.PRODUCE, 9, i);
            }
            client.send(ApiKeys.FETCH, 11, 4, fetch("t", 0, 0));
            FetchResponse response = (FetchResponse) client.receive(ApiKeys.FETCH, 11, 4);
            List<Integer> sizes = new ArrayList<>();
            FetchResponse.recordsOrFail(
                            response.data().responses().get(0).partitions().get(0))
                    .records()
                    .forEach(record -> sizes.add(record.valueSize()));
            assertThat(sizes).containsExactly(10, 20, 30);
        }
    }

    @Test
    void aConnectionClosedWhileItsRequestWaitsIsForgotten() throws Exception {
        broker.topic("t", 1);
        try (Client client = new Client()) {
            client.send(ApiKeys.FETCH, 11, 1, fetch("t", 3_600_000, 0));
            Await.until(
                    "the fetch waits", PATIENCE, () -> broker.replica("t", 0).waiting() == 1);
        }
        Await.until("the fetch is gone", PATIENCE, () -> broker.replica("t", 0).waiting() == 0);
    }

    @Test
    void aFailedProduceWithoutAcknowledgementClosesTheConnection() throws Exception {
        try (Client client = new Client()) {
            client.send(ApiKeys.PRODUCE, 9, 1, produce("unknown", 10).setAcks((short) 0));
            client.assertClosed();
        }
    }

    @Test
    void everyMutationIsAnsweredOrCloses() throws Exception {
        broker.topic("t", 1);
        SplittableRandom random = new SplittableRandom(11);
        for (var handler : broker.apis.handlers()) {
            for (int version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                byte[] valid = frame(handler.api(), version, 1, sample(handler.api(), version));
                for (int run = 0; run < 12; run++) mutate(valid, random);
            }
        }
    }

    /** A message as full as its defaults, and its records where it has some. */
    private static ApiMessage sample(ApiKeys api, int version) {
        if (api == ApiKeys.PRODUCE) return produce(version >= 13 ? "" : "t", 100);
        if (api == ApiKeys.FETCH) return fetch(version >= 13 ? "" : "t", 0, 0);
        return api.messageType.newRequest();
    }

    private void mutate(byte[] valid, SplittableRandom random) throws IOException {
        byte[] bytes = valid.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && bytes.length > 8; i++) {
            bytes[8 + random.nextInt(bytes.length - 8)] = (byte) random.nextInt();
        }
        try (Client client = new Client()) {
            client.raw(bytes);
            client.socket.shutdownOutput();
            // An answer, or the end; either way the server is done with us within the time-out.
            while (client.in.read() >= 0) {}
        } catch (EOFException | SocketException e) {
            assertThat(e).isNotNull();
        }
    }

    @Test
    void idleConnectionsAreClosed() throws Exception {
        try (TestBroker impatient = new TestBroker(directory, Duration.ofMillis(200));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), impatient.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aPortInUseIsNamedWithItsListener() throws Exception {
        try (ClientThreads threads = ClientThreads.own(1)) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> KafkaListener.start(
                                    new KafkaListener.Config(
                                            "EXTERNAL",
                                            "127.0.0.1",
                                            broker.port(),
                                            1000,
                                            new SocketBuffers(-1, -1),
                                            Duration.ofMinutes(1),
                                            new ConnectionLimits(
                                                    new ConnectionLimits.Limits(() -> 1, () -> 1, Map::of, () -> 1),
                                                    new dev.curia.common.time.SystemClock()),
                                            TestBroker.noQuotas(),
                                            new ListenerSecurity(
                                                    java.util.Optional.empty(),
                                                    java.util.Optional.empty(),
                                                    Duration.ofMinutes(1))),
                                    threads,
                                    broker.apis,
                                    new dev.curia.common.time.SystemClock(),
                                    new KafkaMetrics(new io.micrometer.core.instrument.simple.SimpleMeterRegistry()))
                            .close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("EXTERNAL://127.0.0.1:" + broker.port());
        }
    }
}
