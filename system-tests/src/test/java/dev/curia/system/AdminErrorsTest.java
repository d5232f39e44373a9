package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.system.CuriaHere.Result;
import dev.curia.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code curia} command where it cannot do what it is asked: it ends soon, says why and what to do, and its exit code tells scripts. */
class AdminErrorsTest {
    private static final int REFUSED = 1;
    private static final int UNREACHABLE = 3;
    private static final List<Integer> PORTS = FreePorts.find(3);
    private static final String KAFKA = "127.0.0.1:" + PORTS.get(0);
    private static final String TLS = "127.0.0.1:" + PORTS.get(1);
    private static final String NOBODY = "127.0.0.1:" + PORTS.get(2);
    private static final String PASSWORD = "changeit";

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("listeners", "PLAINTEXT://" + KAFKA + ",SSL://" + TLS)
            .with("ssl.keystore.location", keys().toString())
            .with("ssl.keystore.type", "PKCS12")
            .with("ssl.keystore.password", PASSWORD)
            .beforeStart(cluster -> makeKeys());

    private static Path keys() {
        return Distribution.find().workspace().resolve("AdminErrorsTest.p12");
    }

    private static void makeKeys() {
        LocalCluster.deleteTree(keys());
        Command.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys().toString(),
                        "-storepass",
                        PASSWORD)
                .run()
                .orFail();
    }

    @Test
    void whoeverIsNoServerOfCuriaIsNamedWithWhatToDo() {
        String http = "127.0.0.1:" + CLUSTER.node().httpPort();
        assertUnreachable(NOBODY, NOBODY + ": connection refused");
        assertUnreachable("no-such-host.invalid:9094", "no-such-host.invalid:9094: unknown host");
        assertUnreachable(KAFKA, KAFKA + ": ", "does not speak gRPC");
        assertUnreachable(http, http + ": ", "does not speak gRPC");
        assertUnreachable(TLS, TLS + ": ", "TLS port?");
        assertUnreachable(
                CLUSTER.brokerRpc(LocalCluster.STANDALONE),
                CLUSTER.brokerRpc(LocalCluster.STANDALONE) + " is no quorum node");
    }

    /** Something listens, and never says anything. */
    @Test
    void whoeverIsSilentIsGivenUpInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            for (String line : List.of("topics list", "topics create x")) {
                Result result = run("--server " + address + " --timeout 1 " + line);
                assertEnds(result, UNREACHABLE, address + ": no answer in time");
            }
        }
    }

    /** The quorum answers, but what is asked for is not there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "topics describe nowhere",
                "topics alter nowhere --config retention.ms=1000",
                "topics delete nowhere",
                "partitions add nowhere --total 3",
                "partitions reassign nowhere -p 0 --replicas 1",
                "partitions reassign nowhere -p 0 --cancel",
                "partitions elect nowhere -p 0",
                "configs describe --topic nowhere",
                "configs set --topic nowhere retention.ms=1000",
                "transactions describe-producers nowhere -p 0",
                "groups reset readers --topic nowhere --to-earliest",
                "produce nowhere",
                "consume nowhere --from-beginning --exit-at-end",
                "perf produce nowhere -n 10 -s 10",
                "perf consume nowhere -n 10",
                "perf latency nowhere -n 10"
            })
    void anUnknownTopicIsNamed(String line) {
        Result result = run(line);
        assertEnds(result, REFUSED, "nowhere");
        assertThat(result.err()).containsPattern("(?i)no such topic|there is no|unknown topic");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topics create wide --replication-factor 3 | only 1 are alive",
                "topics create odd --config retention.ms=soon | retention.ms",
                "topics create odd/name | odd/name",
                "partitions elect __consumer_offsets -p 0 --unclean | __consumer_offsets",
                "brokers drain 7 | 7",
                "brokers describe 7 | 7",
                "brokers unregister 1 | alive",
                "quorum remove 1 | 1",
                "quorum add 2 --peer 127.0.0.1:1 --rpc 127.0.0.1:2 | 127.0.0.1:2",
                "quorum transfer 7 | 7",
                "groups describe nobody | no such group",
                "groups delete nobody | nobody",
                "groups undo nobody | nobody",
                "configs set --broker 1 node.id=2 | node.id",
                "configs set --broker 7 log.retention.ms=1 | 7",
                "quotas set --user u producer_byte_rate=-1 | producer_byte_rate",
                "quotas set --user u no_such_rate=1 | no_such_rate",
                "log-dirs move x -p 0 --broker 1 --to /nowhere | /nowhere",
                "features upgrade metadata.version=99 | metadata.version",
                "transactions abort --transactional-id nobody | nobody",
            })
    void aRefusalNamesTheThing(String line, String said) {
        assertEnds(run(line), REFUSED, said);
    }

    private static void assertUnreachable(String server, String... saying) {
        for (String line : List.of("topics list", "topics create x", "brokers list", "quorum status", "produce x")) {
            List<String> arguments = new ArrayList<>(List.of("--server", server, "--timeout", "4"));
            arguments.addAll(List.of(line.split(" ")));
            Result result = CuriaHere.forCluster(CLUSTER).run(arguments.toArray(String[]::new));
            assertEnds(result, UNREACHABLE, saying);
        }
    }

    private static Result run(String line) {
        return CuriaHere.forCluster(CLUSTER).run(line.split(" "));
    }

    private static void assertEnds(Result result, int exitCode, String... saying) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.err())
                .startsWith("curia: ")
                .contains(saying)
                .doesNotContain("Exception", "\tat ", "dev.curia", "io.grpc", "internal error");
    }
}
