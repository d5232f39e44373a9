package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.curia.broker.security.TestCertificates;
import dev.curia.common.config.ConfigException;
import dev.curia.common.net.TlsFailures;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.ControllerGrpc;
import dev.curia.proto.replication.v1.ContactRequest;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.testkit.Await;
import dev.curia.testkit.FreePorts;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose gRPC and Raft ports speak TLS, and who gets in. */
class RpcTlsTest {
    @TempDir
    static Path directory;

    private static final List<Integer> PORTS = FreePorts.find(3);
    private static final int RAFT = PORTS.get(0);
    private static final int QUORUM = PORTS.get(1);
    private static final int BROKER = PORTS.get(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static TestCertificates node;
    private static TestCertificates renewed;
    private static TestCertificates alice;
    private static TestCertificates stranger;
    private static EmbeddedNode running;

    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        node = TestCertificates.make(directory, "node", "CN=node,O=curia", 30);
        renewed = TestCertificates.make(directory, "renewed", "CN=node,O=curia", 90);
        alice = TestCertificates.make(directory, "alice", "CN=alice,O=curia", 30);
        stranger = TestCertificates.make(directory, "stranger", "CN=node,O=curia", 30);
        TestCertificates.trust(directory.resolve("trust.pem"), node, renewed, alice);
        Files.copy(node.keystore(), keys());
        running = EmbeddedNode.start(directory, settings(Map.of()));
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    private static Path keys() {
        return directory.resolve("keys.p12");
    }

    private static Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("quorum.voters", "1@127.0.0.1:" + RAFT + ":" + QUORUM);
        settings.put("rpc.listener", "127.0.0.1:" + BROKER);
        settings.put("rpc.security.protocol", "SSL");
        settings.put("rpc.ssl.keystore.location", keys().toString());
        settings.put("rpc.ssl.keystore.password", TestCertificates.PASSWORD);
        settings.put("ssl.truststore.location", directory.resolve("trust.pem").toString());
        settings.put("ssl.truststore.type", "PEM");
        settings.put("curia.ssl.reload.interval.ms", "50");
        settings.put("authorizer.class.name", "standard");
        settings.put("super.users", "User:CN=alice,O=curia");
        settings.putAll(more);
        return settings;
    }

    private static ChannelCredentials tls(TestCertificates own) throws Exception {
        return TlsChannelCredentials.newBuilder()
                .keyManager(own.keyManagers())
                .trustManager(directory.resolve("trust.pem").toFile())
                .build();
    }

    private ManagedChannel channel(int port, ChannelCredentials credentials) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port, credentials)
                .disableRetry()
                .build();
        channels.add(channel);
        return channel;
    }

    @AfterEach
    void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private String clusterAsSeenBy(ChannelCredentials credentials, ClientInterceptor... says) {
        return clusterAsSeenBy(QUORUM, credentials, says);
    }

    private String clusterAsSeenBy(int port, ChannelCredentials credentials, ClientInterceptor... says) {
        return AdminGrpc.newBlockingStub(ClientInterceptors.intercept(channel(port, credentials), says))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .describeCluster(DescribeClusterRequest.getDefaultInstance())
                .getClusterId();
    }

    @Test
    void whoeverHasACertificateIsWhoItSays() throws Exception {
        assertThat(clusterAsSeenBy(tls(alice))).isEqualTo("embedded");
        assertThatThrownBy(() -> clusterAsSeenBy(tls(node)))
                .hasMessageContaining("PERMISSION_DENIED")
                .hasMessageContaining("User:CN=node,O=curia");
    }

    @Test
    void aNodeDoesAsItLikesUnlessItAsksForOthers() throws Exception {
        assertThat(clusterAsSeenBy(tls(node), GrpcCallers.fromNode())).isEqualTo("embedded");
        assertThatThrownBy(() -> clusterAsSeenBy(tls(node), GrpcCallers.forClients()))
                .hasMessageContaining("User:ANONYMOUS");
    }

    @Test
    void whatNodesAskOfEachOtherIsRefusedToOthersWhateverTheySay() throws Exception {
        for (ClientInterceptor says : List.of(GrpcCallers.fromNode(), GrpcCallers.forClients())) {
            var controller =
                    ControllerGrpc.newBlockingStub(ClientInterceptors.intercept(channel(QUORUM, tls(alice)), says));
            assertRefused(() -> controller.allocateProducerIds(AllocateProducerIdsRequest.getDefaultInstance()));
            var replication =
                    ReplicationGrpc.newBlockingStub(ClientInterceptors.intercept(channel(BROKER, tls(alice)), says));
            assertRefused(() -> replication.contact(ContactRequest.getDefaultInstance()));
        }
        assertThatCode(() -> contact(BROKER, tls(node))).doesNotThrowAnyException();
    }

    private static ChannelCredentials withoutCertificate() throws IOException {
        return TlsChannelCredentials.newBuilder()
                .trustManager(directory.resolve("trust.pem").toFile())
                .build();
    }

    @Test
    void rulesNameOwnersAndWhoShowsNothingIsAnonymousWhereThatIsAllowed() throws Exception {
        List<Integer> ports = FreePorts.find(3);
        Map<String, String> settings = settings(Map.of(
                "quorum.voters", "1@127.0.0.1:" + ports.get(0) + ":" + ports.get(1),
                "rpc.listener", "127.0.0.1:" + ports.get(2),
                "rpc.ssl.client.auth", "requested",
                "ssl.principal.mapping.rules", "RULE:^CN=([^,]+),.*$/$1/",
                "rpc.node.principals", "User:old;User:node",
                "super.users", "User:alice"));
        try (EmbeddedNode other = EmbeddedNode.start(directory.resolve("rules"), settings)) {
            assertThat(clusterAsSeenBy(ports.get(1), tls(alice))).isEqualTo("embedded");
            assertThatThrownBy(() -> clusterAsSeenBy(ports.get(1), withoutCertificate()))
                    .hasMessageContaining("PERMISSION_DENIED")
                    .hasMessageContaining("User:ANONYMOUS");
            assertThatThrownBy(() -> contact(ports.get(2), tls(alice))).hasMessageContaining("User:alice is no node");
            assertThatThrownBy(() -> contact(ports.get(2), withoutCertificate()))
                    .hasMessageContaining("User:ANONYMOUS is no node");
            assertThatCode(() -> contact(ports.get(2), tls(node))).doesNotThrowAnyException();
            assertThatThrownBy(() -> shakeHandsWithRaft(alice, ports.get(0))).isInstanceOf(IOException.class);
            assertThat(other.scrape().value("curia_tls_certificate_days_left", "listener", "rpc"))
                    .isPresent();
        }
    }

    private void contact(int port, ChannelCredentials credentials) {
        var unused = ReplicationGrpc.newBlockingStub(channel(port, credentials))
                .contact(ContactRequest.getDefaultInstance());
    }

    private static void assertRefused(Runnable call) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refusal.getMessage()).contains("User:CN=alice,O=curia", "is no node", "rpc.node.principals");
    }

    @Test
    void whoHasNoCertificateOrAnotherOneIsTold() throws Exception {
        assertThat(reason(withoutCertificate())).contains("it wants a certificate", "ssl.keystore.location");
        assertThat(reason(tls(stranger))).contains("it wants a certificate", "ssl.keystore.location");
        assertThat(reason(TlsChannelCredentials.newBuilder()
                        .keyManager(alice.keyManagers())
                        .build()))
                .contains("ssl.truststore.location");
        Await.until("failures are counted", PATIENCE, () -> failures() > 0);
    }

    private static double failures() throws Exception {
        return running.scrape()
                .value("curia_tls_handshake_failures_total", "listener", "rpc")
                .orElse(0.0);
    }

    private String reason(ChannelCredentials credentials) {
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> clusterAsSeenBy(credentials));
        return TlsFailures.explain(failure, "security.protocol").orElse("unexplained: " + stack(failure));
    }

    private static String stack(Throwable failure) {
        StringBuilder all = new StringBuilder();
        for (Throwable t = failure; t != null; t = t.getCause()) all.append(t).append(" <- ");
        return all.toString();
    }

    @Test
    void aRenewedCertificateIsShownWithoutARestart() throws Exception {
        Files.copy(renewed.keystore(), keys(), StandardCopyOption.REPLACE_EXISTING);
        Path other = directory.resolve("renewed.pem");
        TestCertificates.trust(other, renewed);
        ChannelCredentials strict = TlsChannelCredentials.newBuilder()
                .keyManager(alice.keyManagers())
                .trustManager(other.toFile())
                .build();
        Await.until(
                "the new one is shown", PATIENCE, () -> clusterAsSeenBy(strict).equals("embedded"));
        assertThat(running.scrape().value("curia_tls_certificate_days_left", "listener", "rpc"))
                .hasValueSatisfying(days -> assertThat(days).isBetween(80.0, 91.0));
        assertThat(clusterAsSeenBy(tls(node), GrpcCallers.fromNode())).isEqualTo("embedded");
    }

    @Test
    void onlyNodesReachRaft() throws Exception {
        assertThatCode(() -> shakeHandsWithRaft(node, RAFT)).doesNotThrowAnyException();
        assertThatThrownBy(() -> shakeHandsWithRaft(alice, RAFT)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> shakeHandsWithRaft(stranger, RAFT)).isInstanceOf(IOException.class);
    }

    /** By TLS 1.2, where a client hears in the handshake that it is refused. */
    private static void shakeHandsWithRaft(TestCertificates own, int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.keyManagers(), TestCertificates.trustManagers(node, renewed), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
        }
    }

    @Test
    void whatIsMissingIsSaidAtStart() {
        assertThatThrownBy(() -> start(Map.of("ssl.truststore.location", "")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ssl.truststore.location");
        assertThatThrownBy(() -> start(Map.of("rpc.ssl.client.auth", "none")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("requested, required");
        assertThatThrownBy(() -> start(Map.of("rpc.node.principals", "User:CN=other")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("User:CN=other")
                .hasMessageContaining("CN=node,O=curia");
    }

    private static void start(Map<String, String> more) throws Exception {
        EmbeddedNode.start(directory.resolve("other"), settings(more)).close();
    }
}
