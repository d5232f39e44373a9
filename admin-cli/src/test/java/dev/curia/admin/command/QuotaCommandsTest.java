package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.QuotaEntity;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaCommandsTest {
    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run curia(String... arguments) {
        return Run.curia(Stream.concat(Stream.of(arguments), Stream.of("--server", cluster.controllerAddress()))
                .toArray(String[]::new));
    }

    @Test
    void quotasAreSetListedAndRemoved() {
        assertThat(curia("quotas", "list").out())
                .isEqualTo("There are no such client quotas. 'curia quotas set' sets some.\n");
        assertThat(curia("quotas", "set", "--user", "alice", "producer_byte_rate=1048576", "request_percentage=12.5")
                        .out())
                .isEqualTo("User alice: set producer_byte_rate, request_percentage.\n");
        curia("quotas", "set", "--user", "alice", "--client-id-default", "consumer_byte_rate=10");
        curia("quotas", "set", "--ip-default", "connection_creation_rate=20");
        assertThat(curia("quotas", "list").out().lines())
                .containsExactly(
                        "USER   CLIENT ID  ADDRESS    QUOTA                     LIMIT",
                        "-      -          <default>  connection_creation_rate  20",
                        "alice  -          -          producer_byte_rate        1048576",
                        "alice  -          -          request_percentage        12.5",
                        "alice  <default>  -          consumer_byte_rate        10");
        assertThat(curia("quotas", "list", "--client-id-default").out().lines()).hasSize(2);
        assertThat(curia("quotas", "remove", "--user", "alice", "producer_byte_rate")
                        .out())
                .isEqualTo("User alice: removed producer_byte_rate.\n");
        assertThat(cluster.quotas.limits)
                .containsEntry(QuotaEntity.newBuilder().setUser("alice").build(), Map.of("request_percentage", 12.5));
        assertThat(curia("quotas", "remove", "--user", "alice").out())
                .isEqualTo("User alice: removed request_percentage.\n");
        assertThat(curia("quotas", "remove", "--user", "alice").out())
                .isEqualTo("User alice: nothing to be removed.\n");
        assertThat(cluster.quotas.limits).hasSize(2);
    }

    @Test
    void jsonNamesDefaultsNull() {
        curia("quotas", "set", "--user-default", "--client-id", "app", "consumer_byte_rate=10");
        assertThat(curia("quotas", "list", "--json").out().replaceAll("\\s", ""))
                .isEqualTo("[{\"user\":null,\"clientId\":\"app\",\"limits\":{\"consumer_byte_rate\":10.0}}]");
        assertThat(curia("quotas", "remove", "--user-default", "--client-id", "app", "--json")
                        .out()
                        .replaceAll("\\s", ""))
                .isEqualTo("{\"user\":null,\"clientId\":\"app\",\"altered\":true}");
    }

    @Test
    void whatTheClusterRefusesIsSaidAndAValidationChangesNothing() {
        Run refused = curia("quotas", "set", "--user", "alice", "producer_byte_rate=0", "--json");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err())
                .contains("cannot change the quotas of user alice: Expected more than 0. (INVALID_REQUEST)");
        assertThat(refused.out()).contains("\"error\": \"INVALID_REQUEST\"");
        assertThat(curia("quotas", "set", "--client-id", "app", "producer_byte_rate=1", "--validate-only")
                        .out())
                .isEqualTo("Client id app: could set producer_byte_rate.\n");
        assertThat(cluster.quotas.limits).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quotas set producer_byte_rate=1",
                "quotas set --user a",
                "quotas set --user a producer_byte_rate",
                "quotas set --user a producer_byte_rate=many",
                "quotas set --user a --user-default producer_byte_rate=1",
                "quotas set --ip ::1 --client-id b connection_creation_rate=1",
                "quotas remove",
                "quotas"
            })
    void wrongUsageIsExplained(String line) {
        Run run = curia(line.split(" "));
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).isNotBlank();
        assertThat(cluster.quotas.limits).isEmpty();
    }
}
