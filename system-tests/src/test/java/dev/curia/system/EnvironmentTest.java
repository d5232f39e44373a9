package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server as a container starts it: told all by its environment, and reached from inside and from outside of its network. */
class EnvironmentTest {
    private static final int USAGE = 2;

    @TempDir
    Path directory;

    private final Ports ports = new Ports();

    @Test
    void itServesWithoutAFileAndTellsEachClientTheAddressOfTheListenerItCameBy() throws Exception {
        int inside = ports.free();
        int outside = ports.free();
        int http = ports.free();
        Path name = Files.writeString(directory.resolve("cluster-name"), "from-a-file\n");
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CURIA_PROCESS_ROLES", "quorum,broker");
        environment.put("CURIA_NODE_ID", "1");
        environment.put("CURIA_CLUSTER_ID_FILE", name.toString());
        environment.put("CURIA_QUORUM_VOTERS", "1@127.0.0.1:" + ports.free() + ":" + ports.free());
        environment.put("CURIA_QUORUM_DATA_DIR", directory.resolve("quorum").toString());
        environment.put("CURIA_LOG_DIRS", directory.resolve("logs").toString());
        environment.put("CURIA_LISTENERS", "INTERNAL://127.0.0.1:" + inside + ",EXTERNAL://127.0.0.1:" + outside);
        environment.put(
                "CURIA_ADVERTISED_LISTENERS", "INTERNAL://127.0.0.1:" + inside + ",EXTERNAL://localhost:" + outside);
        environment.put("CURIA_LISTENER_SECURITY_PROTOCOL_MAP", "INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT");
        environment.put("CURIA_RPC_LISTENER", "127.0.0.1:" + ports.free());
        environment.put("CURIA_HTTP_LISTENER", "127.0.0.1:" + http);
        environment.put("CURIA_FIRST_START", "format");
        NodeProcess node = new NodeProcess(
                "environment",
                server(environment),
                List.of(),
                Distribution.find().workspace().resolve("nodes/EnvironmentTest.log"),
                "127.0.0.1:" + http);
        try (node) {
            node.startAndAwaitReady();

            assertThat(told("127.0.0.1:" + inside)).isEqualTo("127.0.0.1:" + inside);
            assertThat(told("127.0.0.1:" + outside)).isEqualTo("localhost:" + outside);
            assertThat(node.logText()).contains("cluster from-a-file");
            assertThat(node.logText().contains("running as root"))
                    .isEqualTo(System.getProperty("user.name").equals("root"));
            node.terminate();
        }
    }

    @Test
    void anUnknownVariableIsAnErrorThatNamesIt() {
        Command.Result result = Command.of(server(Map.of("CURIA_NODE_IDD", "1", "CURIA_PROCESS_ROLES", "broker")))
                .run();

        assertThat(result.exitCode()).isEqualTo(USAGE);
        assertThat(result.err()).contains("CURIA_NODE_IDD", "did you mean CURIA_NODE_ID?");
    }

    @Test
    void withNothingSaidItSaysWhatItNeeds() {
        Command.Result result = Command.of(server(Map.of())).run();

        assertThat(result.exitCode()).isEqualTo(USAGE);
        assertThat(result.err()).contains("--config", "CURIA_PROCESS_ROLES");
    }

    private static List<String> server(Map<String, String> environment) {
        List<String> line = new ArrayList<>(List.of("env"));
        environment.forEach((name, value) -> line.add(name + "=" + value));
        line.addAll(Distribution.find().command(List.of("server")));
        return line;
    }

    /** The broker's address, as a client hears it that connects to {@code bootstrap}. */
    private static String told(String bootstrap) {
        try (Admin admin = new Clients(bootstrap).admin()) {
            Node broker =
                    Clients.get(admin.describeCluster().nodes()).iterator().next();
            return broker.host() + ":" + broker.port();
        }
    }
}
