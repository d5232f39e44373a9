package dev.curia.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.config.ConfigException;
import dev.curia.common.net.HostPort;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final Map<String, String> BROKER = Map.of(
            "process.roles", "broker",
            "node.id", "4",
            "cluster.id", "test",
            "log.dirs", "/data/a,/data/b",
            "quorum.bootstrap.servers", "q1:9094,[::1]:9094");

    private static Settings settings(Map<String, String> given) {
        return Settings.of(given, ServerKeys.ALL);
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> changed = new HashMap<>(BROKER);
        changed.put(key, value);
        return changed;
    }

    @Test
    void readsABroker() {
        NodeConfig config = NodeConfig.of(settings(BROKER));

        assertThat(config.broker()).isTrue();
        assertThat(config.quorum()).isFalse();
        assertThat(config.nodeId()).isEqualTo(4);
        assertThat(config.logDirs()).hasSize(2);
        assertThat(config.settings().get(ServerKeys.QUORUM_BOOTSTRAP_SERVERS))
                .containsExactly(new HostPort("q1", 9094), new HostPort("::1", 9094));
        assertThat(config.settings().get(ServerKeys.LISTENERS))
                .containsExactly(new Listener("PLAINTEXT", new HostPort("", 9092)));
    }

    @Test
    void namesEveryUnknownKeyAndBadValueAtOnce() {
        assertThatThrownBy(() -> settings(Map.of("node.ids", "1", "num.partitions", "many", "quite.other.thing", "x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("Unknown setting node.ids (did you mean node.id?).")
                .hasMessageContaining("Invalid value 'many' for num.partitions: expected a whole number of at least 1.")
                .hasMessageContaining("Unknown setting quite.other.thing.");
    }

    @Test
    void namesWhatIsMissing() {
        Map<String, String> noDirs = new HashMap<>(BROKER);
        noDirs.remove("log.dirs");

        assertThatThrownBy(() -> NodeConfig.of(settings(noDirs))).hasMessageContaining("Missing setting log.dirs");
        assertThatThrownBy(() -> NodeConfig.of(settings(with("process.roles", "quorum,broker"))))
                .hasMessageContaining("Missing setting quorum.voters");
    }

    @Test
    void refusesAnAdvertisedListenerThatIsNotBound() {
        assertThatThrownBy(() -> NodeConfig.of(settings(with("advertised.listeners", "EXTERNAL://me:9092"))))
                .hasMessageContaining("EXTERNAL");
    }

    @Test
    void refusesAListenerNamedTwice() {
        assertThatThrownBy(() -> NodeConfig.of(settings(with("listeners", "A://:1,A://:2"))))
                .hasMessageContaining("twice");
    }
}
