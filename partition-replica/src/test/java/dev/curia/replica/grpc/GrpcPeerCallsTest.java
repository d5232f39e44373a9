package dev.curia.replica.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.BatchMark;
import dev.curia.proto.replication.v1.ContactResponse;
import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.testkit.Await;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The auditor's calls against the real service. */
@Timeout(30)
class GrpcPeerCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final DigestRequest REQUEST = DigestRequest.newBuilder()
            .setClusterId("c")
            .setBrokerId(2)
            .setFromOffset(10)
            .setToOffset(20)
            .setOutvotedBy(3)
            .build();

    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final EventLoop loop = new EventLoop("loop", 1000, new SystemClock(), (w, c) -> faults.add(w + c));
    private final List<Server> servers = new ArrayList<>();
    private final Map<Integer, Peers.Address> addresses = new ConcurrentHashMap<>();
    private final NetworkThreads threads = new NetworkThreads("links", 1);
    private final GrpcPeerCalls links = new GrpcPeerCalls(
            2, id -> Optional.ofNullable(addresses.get(id)), threads, InsecureChannelCredentials.create());

    @AfterEach
    void stop() {
        links.close();
        servers.forEach(Server::shutdownNow);
        Await.until("the servers are down", PATIENCE, () -> servers.stream().allMatch(Server::isTerminated));
        loop.close();
        threads.close();
        assertThat(faults).isEmpty();
    }

    private ReplicationService serve(int broker) throws IOException {
        ReplicationService service = new ReplicationService(
                new LocalBroker("c", broker, () -> 1, LeaderLease.ALWAYS),
                id -> Optional.empty(),
                List.of(loop),
                loop,
                new ReplicaMetrics(new SimpleMeterRegistry()));
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(service.bind())
                .build()
                .start();
        servers.add(server);
        addresses.put(broker, new Peers.Address("127.0.0.1", server.getPort()));
        return service;
    }

    private static Function<DigestRequest, CompletableFuture<DigestResponse>> answering(DigestResponse response) {
        return request -> {
            assertThat(request).isEqualTo(REQUEST);
            return CompletableFuture.completedFuture(response);
        };
    }

    private DigestResponse ask(int broker) throws Exception {
        return links.ask(broker, REQUEST).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void asksTheAuditorOfTheOtherBroker() throws Exception {
        DigestResponse.Builder response =
                DigestResponse.newBuilder().setDigest(-7).setDamagedAt(12);
        for (int i = 0; i < 50_000; i++) {
            response.addBatches(BatchMark.newBuilder()
                    .setBaseOffset(10 + i)
                    .setLastOffset(10 + i)
                    .setHash(~i)
                    .setRewritten(i % 2 == 0));
        }
        serve(1).auditedBy(answering(response.build()));
        assertThat(ask(1)).isEqualTo(response.build());
        assertThat(ask(1)).as("and again").isEqualTo(response.build());
    }

    @Test
    void aBrokerWhoseAuditorIsNotThereYetSaysSo() throws Exception {
        serve(1);
        assertThat(ask(1).getCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void asksWhetherAnotherHearsAController() throws Exception {
        ReplicationService service = serve(1);
        assertThat(contact(1).getHearsController()).as("before it can know").isTrue();
        ContactResponse silent =
                ContactResponse.newBuilder().setMetadataIndex(7).build();
        service.contactToldBy(asker -> asker == 2 ? silent : ContactResponse.getDefaultInstance());
        assertThat(contact(1)).isEqualTo(silent);
    }

    private ContactResponse contact(int broker) throws Exception {
        return links.askContact(broker).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void followsABrokerToItsNewAddress() throws Exception {
        serve(1).auditedBy(answering(DigestResponse.newBuilder().setDigest(1).build()));
        assertThat(ask(1).getDigest()).isEqualTo(1);
        serve(1).auditedBy(answering(DigestResponse.newBuilder().setDigest(2).build()));
        assertThat(ask(1).getDigest()).isEqualTo(2);
        servers.get(0).shutdownNow();
        assertThat(ask(1).getDigest()).isEqualTo(2);
    }

    @Test
    void failsAtOnceWhenThereIsNoAnswer() throws Exception {
        assertThatThrownBy(() -> ask(9)).hasMessageContaining("broker 9 is not registered");
        serve(1).auditedBy(request -> CompletableFuture.failedFuture(new IllegalStateException("broken")));
        assertThatThrownBy(() -> ask(1))
                .cause()
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
        servers.get(0).shutdownNow();
        assertThatThrownBy(() -> ask(1)).cause().isInstanceOf(StatusRuntimeException.class);
    }
}
