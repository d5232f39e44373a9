package dev.curia.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.config.ConfigException;
import dev.curia.common.config.ConfigKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentSettingsTest {
    @TempDir
    Path directory;

    private static Map<String, String> read(Map<String, String> environment) {
        return EnvironmentSettings.read(environment, ServerSettings.keys());
    }

    @Test
    void everySettingHasAVariableOfItsOwnThatLeadsBackToIt() {
        List<String> keys = ServerSettings.keys().stream().map(ConfigKey::name).toList();

        assertThat(keys)
                .allMatch(key -> EnvironmentSettings.key(EnvironmentSettings.variable(key))
                        .equals(key));
        assertThat(keys.stream().map(EnvironmentSettings::variable))
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(EnvironmentSettings.LAUNCHER.keySet())
                .doesNotContainAnyElementsOf(keys.stream()
                        .map(key -> EnvironmentSettings.variable(key) + "_FILE")
                        .toList());
    }

    @Test
    void dotsUnderscoresAndDashesAreTold() {
        assertThat(EnvironmentSettings.variable("log.dirs")).isEqualTo("CURIA_LOG_DIRS");
        assertThat(Stream.of("listener.name.in.scram-sha-256.x", "a_b.c", "curia.durability"))
                .allMatch(key -> EnvironmentSettings.key(EnvironmentSettings.variable(key))
                        .equals(key));
    }

    @Test
    void readsValuesAndFilesAndLeavesOthersAlone() throws Exception {
        Path secret = Files.writeString(directory.resolve("id"), "7\n");

        assertThat(read(Map.of(
                        "CURIA_LOG_DIRS", "/a,/b",
                        "CURIA_BROKER_RACK", "",
                        "CURIA_NODE_ID_FILE", secret.toString(),
                        "CURIA_LISTENER_NAME_OUT_SSL_CLIENT_AUTH", "required",
                        "CURIA_HEAP_OPTS", "-Xmx1g",
                        "PATH", "/bin")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "log.dirs",
                        "/a,/b",
                        "broker.rack",
                        "",
                        "node.id",
                        "7",
                        "listener.name.out.ssl.client.auth",
                        "required"));
    }

    @Test
    void namesEveryMistakeAtOnce() {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> read(Map.of(
                        "CURIA_NODE_IDS", "1",
                        "CURIA_QUITE_OTHER", "secret",
                        "CURIA_CLUSTER_ID", "x",
                        "CURIA_CLUSTER_ID_FILE", "/dev/null",
                        "CURIA_BROKER_RACK_FILE", missing.toString())))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "Unknown environment variable CURIA_NODE_IDS: there is no setting node.ids (did you mean CURIA_NODE_ID?).")
                .hasMessageContaining("CURIA_QUITE_OTHER")
                .hasMessageContaining("CURIA_CLUSTER_ID and CURIA_CLUSTER_ID_FILE are both set")
                .hasMessageContaining("CURIA_BROKER_RACK_FILE")
                .hasMessageContaining(missing.toString())
                .hasMessageNotContaining("secret");
    }
}
