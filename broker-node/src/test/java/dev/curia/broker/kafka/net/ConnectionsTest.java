package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import dev.curia.testkit.Memory;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many connections, and more than there may be. */
class ConnectionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final SystemClock clock = new SystemClock();
    TestBroker broker;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) each.close();
        broker.close();
    }

    /** From 127.0.0.n. */
    private Socket connect(int n) throws IOException {
        Socket socket = new Socket();
        opened.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) n}), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static boolean isServed(Socket socket) throws IOException {
        try {
            return EveryVersionTest.call(socket, ApiKeys.API_VERSIONS, (short) 0, new ApiVersionsRequestData())
                    .errorCounts()
                    .containsKey(Errors.NONE);
        } catch (EOFException | SocketException closed) {
            return false;
        }
    }

    @Test
    void oneConnectionMoreThanThereMayBeIsClosedAndTheOthersGoOn() throws Exception {
        broker.maxConnections.set(2);
        Socket first = connect(1);
        Socket second = connect(2);
        assertThat(isServed(first)).isTrue();
        assertThat(isServed(second)).isTrue();
        assertThat(isServed(connect(3))).isFalse();
        assertThat(broker.meters
                        .get("curia_kafka_connections_refused")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(isServed(first)).isTrue();

        second.close();
        Await.until("there is room", PATIENCE, () -> broker.metric("curia_kafka_connections") == 1);
        assertThat(isServed(connect(3))).isTrue();
        broker.maxConnections.set(10);
        assertThat(isServed(connect(1))).as("a higher limit holds at once").isTrue();
    }

    @Test
    void eachAddressHasItsOwnLimit() throws Exception {
        broker.maxConnectionsPerAddress.set(1);
        Socket first = connect(1);
        assertThat(isServed(first)).isTrue();
        assertThat(isServed(connect(1))).isFalse();
        assertThat(isServed(connect(2))).isTrue();
        first.close();
        Await.until("there is room", PATIENCE, () -> broker.metric("curia_kafka_connections") == 1);
        assertThat(isServed(connect(1))).isTrue();
    }

    @Test
    void someHostsHaveALimitOfTheirOwn() throws Exception {
        broker.maxConnectionsPerAddress.set(1);
        broker.maxConnectionsPerHost.set(Map.of("127.0.0.2", 2, "127.0.0.3", 0, "no-such-host.invalid", 5));
        for (int i = 0; i < 2; i++) assertThat(isServed(connect(2))).isTrue();
        assertThat(isServed(connect(2))).isFalse();
        assertThat(isServed(connect(3))).isFalse();
        assertThat(isServed(connect(1))).isTrue();
        assertThat(isServed(connect(1))).as("the others as ever").isFalse();
        broker.maxConnectionsPerHost.set(Map.of());
        assertThat(isServed(connect(3))).as("a change holds at once").isTrue();
    }

    @Test
    void connectionsThatComeTooFastWaitTheirTurn() throws Exception {
        broker.connectionsPerSecond.set(4);
        long before = clock.monotonicNanos();
        List<Socket> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) all.add(connect(1));
        for (int i = 0; i < 4; i++) assertThat(isServed(all.get(i))).isTrue();
        assertThat(isServed(all.get(6))).as("all are served, in time").isTrue();
        assertThat(Duration.ofNanos(clock.monotonicNanos() - before))
                .as("three more than a second's worth")
                .isGreaterThan(Duration.ofMillis(700));
        assertThat(broker.meters
                        .get("curia_kafka_connections_delayed")
                        .counter()
                        .count())
                .isEqualTo(3);
    }

    /** Each reads a kilobyte now and then of answers of a megabyte, and asks for more all the time. */
    @Test
    void slowReadersHurtNobody() throws Exception {
        broker.topic("t", 1);
        broker.topic("u", 1);
        byte[] fetch = WireTest.frame(ApiKeys.FETCH, 11, 1, WireTest.fetch("t", 0, 0));
        try (Socket busy = connect(1)) {
            EveryVersionTest.call(busy, ApiKeys.PRODUCE, (short) 9, WireTest.produce("t", 900_000));
            for (int i = 0; i < 20; i++) {
                Socket slow = connect(1);
                for (int n = 0; n < 30; n++) slow.getOutputStream().write(fetch);
            }
            byte[] little = new byte[1_000];
            for (int round = 0; round < 50; round++) {
                for (AutoCloseable each : opened) {
                    if (each != busy)
                        assertThat(((Socket) each).getInputStream().read(little))
                                .isPositive();
                }
                long before = clock.monotonicNanos();
                assertThat(EveryVersionTest.call(busy, ApiKeys.PRODUCE, (short) 9, WireTest.produce("u", 1_000))
                                .errorCounts())
                        .containsOnlyKeys(Errors.NONE);
                assertThat(Duration.ofNanos(clock.monotonicNanos() - before)).isLessThan(Duration.ofSeconds(2));
            }
            assertThat(broker.openSlices.get()).as("answers held").isLessThan(20 * 10);
        }
    }

    @Test
    void aThousandIdleConnectionsHurtNobody() throws Exception {
        idle(1_000, 0);
    }

    @Test
    @Tag("slow")
    void tenThousandIdleConnectionsHurtNobody() throws Exception {
        // Others' ends are elsewhere: with all of them here, there would be more open files than the usual limit of
        // 20,000.
        int others = 2_000;
        Process elsewhere = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of(IdleConnections.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        IdleConnections.class.getName(),
                        Integer.toString(broker.port()),
                        Integer.toString(others))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        opened.add(elsewhere::destroyForcibly);
        Await.until("the others are there", PATIENCE, () -> broker.metric("curia_kafka_connections") == others);
        idle(8_000, others);
        assertThat(elsewhere.isAlive()).isTrue();
    }

    private void idle(int count, int others) throws Exception {
        broker.topic("t", 1);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        long usedBefore = Memory.usedBytes();
        List<SocketChannel> idle = new ArrayList<>();
        for (int i = 0; i < count; i++) idle.add(SocketChannel.open(new InetSocketAddress(loopback, broker.port())));
        opened.addAll(idle);
        Await.until("all are connected", PATIENCE, () -> broker.metric("curia_kafka_connections") == count + others);
        try (Socket busy = new Socket(loopback, broker.port())) {
            busy.setSoTimeout((int) PATIENCE.toMillis());
            long[] nanos = new long[200];
            for (int i = 0; i < nanos.length; i++) {
                long before = clock.monotonicNanos();
                ProduceRequestData request = GoodRequests.produce((short) 9, Uuid.ZERO_UUID);
                assertThat(EveryVersionTest.call(busy, ApiKeys.PRODUCE, (short) 9, request)
                                .errorCounts())
                        .containsOnlyKeys(Errors.NONE);
                nanos[i] = clock.monotonicNanos() - before;
            }
            Arrays.sort(nanos);
            assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(Duration.ofMillis(100));
            assertThat(Duration.ofNanos(nanos[nanos.length - 1]))
                    .as("the slowest")
                    .isLessThan(Duration.ofSeconds(2));
        }
        long bytes = (Memory.usedBytes() - usedBefore) / count;
        assertThat(bytes).as("bytes that a connection takes, at both ends").isLessThan(20_000);
        for (int i = 0; i < count; i += 97) {
            Socket one = idle.get(i).socket();
            one.setSoTimeout((int) PATIENCE.toMillis());
            assertThat(isServed(one)).as("connection " + i).isTrue();
        }
    }
}
