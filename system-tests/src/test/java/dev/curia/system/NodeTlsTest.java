package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.proto.metadata.v1.MetadataGrpc;
import dev.curia.proto.metadata.v1.WatchRequest;
import dev.curia.proto.replication.v1.ContactRequest;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.system.CuriaHere.Result;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster whose nodes meet over TLS, with an authorizer: what works, for whom, and what is said to all others. */
@Tag("slow")
class NodeTlsTest {
    private static final int REFUSED = 1;
    private static final int UNREACHABLE = 3;
    private static final Path KEYS = Distribution.find().workspace().resolve("NodeTlsTest");

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(3, 3)
            .with("min.insync.replicas", "3")
            .with("rpc.security.protocol", "SSL")
            .with("ssl.keystore.location", KEYS.resolve("node.p12").toString())
            .with("ssl.keystore.password", Authority.PASSWORD)
            .with("ssl.truststore.location", KEYS.resolve("trust.p12").toString())
            .with("ssl.truststore.password", Authority.PASSWORD)
            .with("authorizer.class.name", "standard")
            .with("super.users", "User:ANONYMOUS;User:CN=admin") // anonymous: over Kafka listeners
            .beforeStart(cluster -> makeKeys());

    private static void makeKeys() {
        LocalCluster.deleteTree(KEYS);
        Authority.in(KEYS).sign("node", 0).sign("admin", 0).sign("alice", 0).sign("late", 20);
    }

    private static Result run(String profile, String server, String line) {
        Path file = KEYS.resolve("profile.properties");
        try {
            Files.writeString(file, profile);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        List<String> arguments = new ArrayList<>(List.of("--command-config", file.toString(), "--timeout", "20"));
        arguments.addAll(List.of("--server", server));
        arguments.addAll(List.of(line.split(" ")));
        return CuriaHere.forCluster(CLUSTER).run(arguments.toArray(String[]::new));
    }

    private static Result runAs(String name, String line) {
        return run(trusting() + showing(name), String.join(",", CLUSTER.adminServers()), line);
    }

    private static String trusting() {
        return "security.protocol=SSL\nssl.truststore.location=" + KEYS.resolve("trust.p12")
                + "\nssl.truststore.password=" + Authority.PASSWORD + "\n";
    }

    private static String showing(String name) {
        return "ssl.keystore.location=" + KEYS.resolve(name + ".p12") + "\nssl.keystore.password=" + Authority.PASSWORD
                + "\n";
    }

    @Test
    void recordsAreReplicatedAndTheCommandWorksByItsProfile() throws Exception {
        runAs("admin", "topics create orders --partitions 3 --replication-factor 3")
                .orFail();
        Map<String, Object> all = Map.of("bootstrap.servers", CLUSTER.bootstrapServers(), "acks", "all");
        try (var producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 30; i++)
                producer.send(new ProducerRecord<>("orders", i % 3, "k", "v" + i))
                        .get();
        }
        runAs("admin", "produce orders").orFail();
        Result read =
                runAs("admin", "consume orders --from-beginning --exit-at-end").orFail();
        assertThat(read.out().lines()).hasSize(32);
        for (String line : List.of(
                "topics list", "topics describe orders", "groups list", "brokers list", "quorum status", "acls list")) {
            runAs("admin", line).orFail();
        }
    }

    @Test
    void whoeverHasACertificateMayDoWhatAclsAllow() {
        Result refused = runAs("alice", "topics create hers");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(REFUSED);
        assertThat(refused.err()).contains("User:CN=alice", "needs an ACL");
        runAs("admin", "acls add --allow-principal User:CN=alice --operation Create --topic hers")
                .orFail();
        runAs("alice", "topics create hers").orFail();
    }

    @Test
    void whoMayAlterTheClusterTakesABackup() {
        Result refused = runAs("alice", "quorum snapshot save " + KEYS.resolve("hers.backup"));
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(REFUSED);
        assertThat(KEYS.resolve("hers.backup")).doesNotExist();
        Path backup = KEYS.resolve("metadata.backup");
        runAs("admin", "quorum snapshot save " + backup).orFail();
        assertThat(backup).isNotEmptyFile();
    }

    @Test
    void whatNodesAskOfEachOtherIsForNodes() throws Exception {
        for (String server : List.of(CLUSTER.adminServers().get(0), CLUSTER.brokerRpc(1))) {
            ManagedChannel channel = channelOf("alice", server);
            try {
                Runnable watch = () -> MetadataGrpc.newBlockingStub(channel)
                        .watch(WatchRequest.getDefaultInstance())
                        .next();
                Runnable contact =
                        () -> ReplicationGrpc.newBlockingStub(channel).contact(ContactRequest.getDefaultInstance());
                Runnable own = server.equals(CLUSTER.brokerRpc(1)) ? contact : watch;
                assertThatThrownBy(own::run)
                        .hasMessageContaining("PERMISSION_DENIED")
                        .hasMessageContaining("User:CN=alice is no node");
            } finally {
                channel.shutdownNow();
            }
        }
        Path config = CLUSTER.quorumConfig(LocalCluster.FIRST_QUORUM_NODE);
        String voter = Files.readString(config).replaceAll("(?s).*quorum.voters=[^,]*:(\\d+):\\d+.*", "$1");
        int raft = Integer.parseInt(voter);
        assertThatCode(() -> shakeHands("node", raft)).doesNotThrowAnyException();
        assertThatThrownBy(() -> shakeHands("alice", raft)).isInstanceOf(IOException.class);
    }

    private static ManagedChannel channelOf(String name, String server) throws Exception {
        Authority authority = Authority.of(KEYS);
        return NettyChannelBuilder.forTarget(
                        server,
                        TlsChannelCredentials.newBuilder()
                                .keyManager(authority.keysOf(name))
                                .trustManager(authority.trust())
                                .build())
                .build();
    }

    /** By TLS 1.2, where a client hears in the handshake that it is refused. */
    private static void shakeHands(String name, int port) throws Exception {
        Authority authority = Authority.of(KEYS);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(authority.keysOf(name), authority.trust(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
        }
    }

    @Test
    void whatIsWrongIsSaidWithTheSettingToLookAt() {
        String server = CLUSTER.adminServers().get(0);
        String port = server.substring(server.indexOf(':'));
        assertTold("", server, server, "security.protocol=SSL");
        assertTold(trusting() + showing("admin"), kafka(), kafka(), "does not speak TLS", "security.protocol");
        assertTold("security.protocol=SSL\n" + showing("admin"), server, server, "ssl.truststore.location");
        assertTold(trusting() + showing("admin"), "localhost" + port, "localhost" + port, "for other names");
        assertTold(trusting(), server, server, "wants a certificate", "ssl.keystore.location");
        assertTold(trusting() + showing("late"), server, server, "ssl.keystore.location", "expired");
    }

    private static String kafka() {
        return CLUSTER.bootstrapServers().split(",", -1)[0];
    }

    private static void assertTold(String profile, String server, String... saying) {
        Result result = run(profile, server, "topics list");
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(UNREACHABLE);
        assertThat(result.err()).contains(saying).doesNotContain("Exception", "\tat ", "io.grpc");
    }
}
