package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a fetch waits, and how much it brings. */
class FetchWaitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final short VERSION = 11;

    @TempDir
    Path directory;

    private final SystemClock clock = new SystemClock();
    TestBroker broker;
    Socket reader;
    Socket writer;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
        broker.topic("t", 2);
        reader = connect();
        writer = connect();
    }

    @AfterEach
    void stop() throws Exception {
        reader.close();
        writer.close();
        broker.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private void produce(int bytes) throws IOException {
        EveryVersionTest.call(writer, ApiKeys.PRODUCE, (short) 9, WireTest.produce("t", bytes));
    }

    private void send(FetchRequestData request) throws IOException {
        reader.getOutputStream().write(WireTest.frame(ApiKeys.FETCH, VERSION, 1, request));
    }

    private List<PartitionData> receive() throws IOException {
        DataInputStream in = new DataInputStream(reader.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        FetchResponse response = (FetchResponse) AbstractResponse.parseResponse(
                ByteBuffer.wrap(answer), new RequestHeader(ApiKeys.FETCH, VERSION, "test", 1));
        return response.data().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    private static int bytes(PartitionData partition) {
        return ((MemoryRecords) partition.records()).sizeInBytes();
    }

    @Test
    void itWaitsForAsManyBytesAsItWants() throws Exception {
        produce(100);
        send(WireTest.fetch("t", 3_600_000, 0).setMinBytes(5_000));
        Await.until("it waits", PATIENCE, () -> broker.replica("t", 0).waiting() == 1);
        produce(100);
        Await.until("it waits on", PATIENCE, () -> broker.replica("t", 0).waiting() == 1);
        assertThat(reader.getInputStream().available()).isZero();
        produce(6_000);
        assertThat(bytes(receive().get(0))).isGreaterThan(6_200);
    }

    @Test
    void itBringsWhatThereIsWhenItsTimeIsUp() throws Exception {
        produce(100);
        long before = clock.monotonicNanos();
        send(WireTest.fetch("t", 300, 0).setMinBytes(5_000));
        assertThat(bytes(receive().get(0))).isBetween(100, 300);
        assertThat(Duration.ofNanos(clock.monotonicNanos() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    /** KIP-74: else a reader could stand before a large batch for ever. */
    @Test
    void itBringsOneWholeBatchThatExceedsEveryLimitAndNoSecond() throws Exception {
        produce(5_000);
        produce(5_000);
        FetchRequestData request = WireTest.fetch("t", 0, 0).setMaxBytes(1);
        request.topics().get(0).partitions().get(0).setPartitionMaxBytes(1);
        request.topics()
                .get(0)
                .setPartitions(List.of(
                        request.topics().get(0).partitions().get(0),
                        new FetchRequestData.FetchPartition().setPartition(1).setPartitionMaxBytes(1)));
        send(request);
        List<PartitionData> answered = receive();
        assertThat(bytes(answered.get(0))).isBetween(5_000, 5_200);
        assertThat(bytes(answered.get(1))).isZero();
    }
}
