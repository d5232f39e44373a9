package dev.curia.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.port.ProcessWatch;
import dev.curia.testkit.Await;
import io.grpc.Attributes;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On real connections. */
class ConnectionWatchTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ConnectProbe probe = new ConnectProbe();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger gone = new AtomicInteger();
    private final ServerTransportFilter counter = new ServerTransportFilter() {
        @Override
        public Attributes transportReady(Attributes attributes) {
            connections.incrementAndGet();
            return attributes;
        }
    };
    private Server server;
    private HostPort address;
    private ProcessWatch.Watched watched;

    @BeforeEach
    void start() throws Exception {
        server = serverOn(0);
        address = new HostPort("127.0.0.1", server.getPort());
        watched = new ConnectionWatch(probe, InsecureChannelCredentials.create()).watch(address, gone::incrementAndGet);
        Await.until("connected", SOON, () -> connections.get() > 0);
    }

    @AfterEach
    void stop() {
        watched.close();
        server.shutdownNow();
        probe.close();
    }

    @Test
    void whoeverWasReachedAndListensNoMoreIsGone() {
        server.shutdownNow();
        Await.until("told that it is gone", SOON, () -> gone.get() > 0);
    }

    @Test
    void whoeverListensAgainIsWatchedAgain() throws Exception {
        server.shutdownNow().awaitTermination();
        Await.until("told that it is gone", SOON, () -> gone.get() > 0);
        int connected = connections.get();
        server = serverOn(address.port());
        Await.until("connected again", SOON, () -> connections.get() > connected);
        int before = gone.get();
        server.shutdownNow();
        Await.until("told again", SOON, () -> gone.get() > before);
    }

    @Test
    void whoeverClosesTheConnectionAndStillListensIsNotGone() {
        Await.until("connected again", SOON, () -> connections.get() > 2);
        assertThat(gone).hasValue(0);
    }

    private Server serverOn(int port) throws Exception {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addTransportFilter(counter)
                .maxConnectionAge(1, TimeUnit.SECONDS)
                .build()
                .start();
    }
}
