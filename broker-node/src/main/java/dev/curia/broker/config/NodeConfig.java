package dev.curia.broker.config;

import dev.curia.broker.security.SaslKeys;
import dev.curia.broker.security.SecurityProtocol;
import dev.curia.broker.security.SecuritySettings;
import dev.curia.common.config.ConfigException;
import dev.curia.common.config.ConfigKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What kind of node this process is, checked across keys. Immutable. */
public record NodeConfig(Settings settings, int nodeId, String clusterId, boolean quorum, boolean broker) {

    /** @throws ConfigException when a setting is missing or two do not fit together */
    public static NodeConfig of(Settings settings) {
        List<String> roles = settings.get(ServerKeys.PROCESS_ROLES);
        NodeConfig config = new NodeConfig(
                settings,
                settings.get(ServerKeys.NODE_ID),
                settings.get(ServerKeys.CLUSTER_ID),
                roles.contains("quorum"),
                roles.contains("broker"));
        if (config.quorum) {
            config.require(ServerKeys.QUORUM_VOTERS, "a quorum node");
            config.require(ServerKeys.QUORUM_DATA_DIR, "a quorum node");
        }
        if (config.broker) {
            config.require(ServerKeys.LOG_DIRS, "a broker");
            if (settings.get(ServerKeys.LISTENERS).isEmpty()) throw missing(ServerKeys.LISTENERS, "a broker");
            if (!config.quorum
                    && settings.get(ServerKeys.QUORUM_BOOTSTRAP_SERVERS).isEmpty()) {
                config.require(ServerKeys.QUORUM_VOTERS, "a broker without quorum.bootstrap.servers");
            }
            config.checkListeners();
        }
        return config;
    }

    public List<Path> logDirs() {
        return settings.get(ServerKeys.LOG_DIRS).stream().map(Path::of).toList();
    }

    public Path quorumDataDir() {
        return Path.of(settings.get(ServerKeys.QUORUM_DATA_DIR));
    }

    /** Number of threads for a key whose 0 means one for so many processors. */
    public int threads(ConfigKey<Integer> key, int processors) {
        int configured = settings.get(key);
        return configured > 0 ? configured : Math.max(1, Runtime.getRuntime().availableProcessors() / processors);
    }

    /**
     * What this listener speaks.
     *
     * @throws ConfigException when nothing says it
     */
    public SecurityProtocol protocol(Listener listener) {
        SecurityProtocol protocol = settings.get(SaslKeys.PROTOCOL_MAP).get(listener.name());
        if (protocol != null) return protocol;
        throw new ConfigException("Setting listeners names " + listener + ", but " + SaslKeys.PROTOCOL_MAP.name()
                + " has no " + listener.name() + ": add " + listener.name()
                + ":PLAINTEXT to it, or whatever else the listener speaks.");
    }

    private void checkListeners() {
        Map<String, Listener> bound = byName(ServerKeys.LISTENERS);
        bound.values().forEach(this::protocol);
        byName(ServerKeys.ADVERTISED_LISTENERS).forEach((name, listener) -> {
            if (!bound.containsKey(name)) {
                throw new ConfigException("Setting advertised.listeners names " + listener + ", but listeners has no "
                        + name + ": expected one of " + bound.keySet() + ".");
            }
        });
        SecuritySettings.listeners(settings.given()).forEach(name -> {
            if (!bound.containsKey(name.toUpperCase(Locale.ROOT))) {
                throw new ConfigException("A setting begins with listener.name." + name + ", but listeners has no "
                        + name.toUpperCase(Locale.ROOT) + ": expected one of " + bound.keySet() + ".");
            }
        });
    }

    private Map<String, Listener> byName(ConfigKey<List<Listener>> key) {
        return settings.get(key).stream().collect(Collectors.toMap(Listener::name, Function.identity(), (a, b) -> {
            throw new ConfigException(
                    "Setting " + key.name() + " names listener " + a.name() + " twice: " + a + " and " + b + ".");
        }));
    }

    private void require(ConfigKey<?> key, String who) {
        if (settings.given().getOrDefault(key.name(), "").isBlank()) throw missing(key, who);
    }

    private static ConfigException missing(ConfigKey<?> key, String who) {
        return new ConfigException("Missing setting " + key.name() + ", which " + who + " needs: " + key.doc());
    }
}
