package dev.curia.broker.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.ConfigException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecuritySettingsTest {
    private static NodeConfig broker(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "process.roles", "broker",
                "node.id", "1",
                "cluster.id", "c",
                "log.dirs", "logs",
                "quorum.bootstrap.servers", "q:1"));
        settings.putAll(more);
        return NodeConfig.of(ServerSettings.of(settings));
    }

    @Test
    void aListenersOwnSettingsGoBeforeThoseOfAll() {
        Map<String, String> given = Map.of(
                "sasl.enabled.mechanisms", "PLAIN",
                "connections.max.reauth.ms", "1",
                "listener.name.in.connections.max.reauth.ms", "2",
                "listener.name.in.plain.connections.max.reauth.ms", "3");
        assertThat(SaslKeys.MAX_REAUTH_MS.in(SecuritySettings.of(given, "OUT"))).isEqualTo(1);
        Map<String, String> in = SecuritySettings.of(given, "IN");
        assertThat(SaslKeys.MAX_REAUTH_MS.in(in)).isEqualTo(2);
        assertThat(SaslKeys.MAX_REAUTH_MS.in(SecuritySettings.ofMechanism(in, "PLAIN")))
                .isEqualTo(3);
        assertThat(SaslKeys.MECHANISMS.in(in)).containsExactly("PLAIN");
    }

    @Test
    void onlyWhatAListenerMayHaveOfItsOwnIsTakenForIt() {
        assertThat(SecuritySettings.plainName("listener.name.in.scram-sha-256.connections.max.reauth.ms"))
                .isEqualTo("connections.max.reauth.ms");
        assertThat(SecuritySettings.plainName("listener.name.in.node.id")).isEqualTo("listener.name.in.node.id");
        assertThatThrownBy(() -> broker(Map.of("listener.name.plaintext.node.id", "1")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("listener.name.plaintext.node.id");
        assertThatThrownBy(() -> broker(Map.of("listener.name.plaintext.connections.max.reauth.ms", "soon")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("listener.name.plaintext.connections.max.reauth.ms")
                .hasMessageContaining("'soon'");
    }

    @Test
    void aListenerNeedsAProtocolAndSettingsOfAListenerNeedThatListener() {
        assertThatThrownBy(() -> broker(Map.of("listeners", "EXTERNAL://:9092")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("listener.security.protocol.map")
                .hasMessageContaining("EXTERNAL");
        NodeConfig named = broker(
                Map.of("listeners", "External://:9092", "listener.security.protocol.map", "external:sasl_plaintext"));
        assertThat(named.protocol(named.settings()
                        .get(dev.curia.broker.config.ServerKeys.LISTENERS)
                        .get(0)))
                .isEqualTo(SecurityProtocol.SASL_PLAINTEXT);
        assertThatThrownBy(() -> broker(Map.of("listener.name.other.connections.max.reauth.ms", "1")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("listener.name.other")
                .hasMessageContaining("PLAINTEXT");
        assertThatThrownBy(() -> broker(Map.of("listener.security.protocol.map", "PLAINTEXT:TELNET")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("TELNET");
    }
}
