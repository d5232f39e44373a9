package dev.curia.common.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every setting of brokers that can be changed while they run, through the metadata; it goes before what a file says. */
public final class BrokerConfigs {
    private static final long UNBOUNDED = Long.MAX_VALUE;

    public static final ConfigKey<Long> LEADER_THROTTLED_RATE = ConfigKey.ofLong(
            "leader.replication.throttled.rate",
            UNBOUNDED,
            0,
            UNBOUNDED,
            "How much, in bytes a second, a broker sends at most to replicas that are not in sync, of the partitions whose leader.replication.throttled.replicas names it.");
    public static final ConfigKey<Long> FOLLOWER_THROTTLED_RATE = ConfigKey.ofLong(
            "follower.replication.throttled.rate",
            UNBOUNDED,
            0,
            UNBOUNDED,
            "How much, in bytes a second, each leader sends at most to this broker's replicas that are not in sync and that their topic's follower.replication.throttled.replicas names.");
    public static final ConfigKey<Long> MOVE_THROTTLED_RATE = ConfigKey.ofLong(
            "curia.move.throttled.rate",
            UNBOUNDED,
            1,
            UNBOUNDED,
            "What a move of partitions gets as its throttle that names none, in bytes a second of each leader. Of the cluster: set it as the default of all brokers.");
    public static final ConfigKey<Long> ALTER_LOG_DIRS_RATE = ConfigKey.ofLong(
            "replica.alter.log.dirs.io.max.bytes.per.second",
            UNBOUNDED,
            1,
            UNBOUNDED,
            "How much, in bytes a second, a broker copies at most to move replicas between its log directories, all moves together.");

    public static final ConfigKey<Integer> MAX_CONNECTIONS = ConfigKey.ofInt(
            "max.connections",
            Integer.MAX_VALUE,
            0,
            Integer.MAX_VALUE,
            "How many clients' connections a broker has at once, over all listeners; one more is closed at once.");
    public static final ConfigKey<Integer> MAX_CONNECTIONS_PER_IP = ConfigKey.ofInt(
            "max.connections.per.ip",
            Integer.MAX_VALUE,
            0,
            Integer.MAX_VALUE,
            "How many connections a broker has at once from one address; one more is closed at once.");

    public static final ConfigKey<Boolean> TRANSACTION_VERIFICATION = ConfigKey.ofBoolean(
            "transaction.partition.verification.enable",
            true,
            "Whether a leader asks the coordinator before it takes the first batch of a transaction whose producer names its partitions itself (before Produce 12). Without, a batch that comes late can leave a transaction open that nobody ends.");
    public static final ConfigKey<Map<String, Integer>> MAX_CONNECTIONS_PER_IP_OVERRIDES = new ConfigKey<>(
            "max.connections.per.ip.overrides",
            ConfigKey.Type.STRING,
            "",
            "Addresses or names of hosts that have another max.connections.per.ip, such as 10.0.0.7:200,build-host:50.",
            "HOST:N[,HOST:N...] with numbers from 0 on",
            BrokerConfigs::perHost);
    public static final ConfigKey<Integer> MAX_CONNECTION_CREATION_RATE = ConfigKey.ofInt(
            "max.connection.creation.rate",
            Integer.MAX_VALUE,
            1,
            Integer.MAX_VALUE,
            "How many new connections a second a broker serves, over all listeners; the first request of one that comes too early waits.");

    /** Those that no file can set. */
    public static final List<ConfigKey<?>> ONLY_DYNAMIC =
            List.of(MOVE_THROTTLED_RATE, FOLLOWER_THROTTLED_RATE, LEADER_THROTTLED_RATE, ALTER_LOG_DIRS_RATE);

    /** With the defaults of topic settings. */
    public static final List<ConfigKey<?>> ALL = Stream.concat(
                    Stream.concat(
                            ONLY_DYNAMIC.stream(),
                            Stream.of(
                                    MAX_CONNECTIONS,
                                    MAX_CONNECTIONS_PER_IP,
                                    MAX_CONNECTIONS_PER_IP_OVERRIDES,
                                    MAX_CONNECTION_CREATION_RATE,
                                    TRANSACTION_VERIFICATION)),
                    TopicConfigs.ALL.stream()
                            .filter(TopicConfigs::hasBrokerDefault)
                            .<ConfigKey<?>>map(TopicConfigs::brokerDefault))
            .toList();

    /** The controller decides by these, and so they are the same for all brokers. */
    private static final Set<String> ONLY_OF_ALL_BROKERS = Set.of(
            TopicConfigs.brokerName(TopicConfigs.MIN_INSYNC_REPLICAS),
            TopicConfigs.brokerName(TopicConfigs.UNCLEAN_LEADER_ELECTION_ENABLE));

    private static final Map<String, ConfigKey<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    private BrokerConfigs() {}

    private static Map<String, Integer> perHost(String text) {
        Map<String, Integer> limits = new LinkedHashMap<>();
        for (String item : text.split(",", -1)) {
            if (item.isBlank() && text.isBlank()) continue;
            int colon = item.lastIndexOf(':'); // an IPv6 address has some of its own
            if (colon < 1) throw new IllegalArgumentException("no HOST:N");
            int limit = Integer.parseInt(item.substring(colon + 1).strip());
            if (limit < 0) throw new IllegalArgumentException("negative");
            limits.put(item.substring(0, colon).strip(), limit);
        }
        return limits;
    }

    public static Optional<ConfigKey<?>> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /**
     * @param ofOne of a single broker, not the default of all
     * @throws ConfigException on the first that is unknown, ill-typed, or not of a single broker
     */
    public static void validate(Map<String, String> overrides, boolean ofOne) {
        overrides.keySet().stream()
                .filter(name -> ofOne && ONLY_OF_ALL_BROKERS.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw new ConfigException("Setting " + name + " must be the same on all brokers;"
                            + " change the default of all brokers, or a topic's own.");
                });
        overrides.forEach((name, value) -> byName(name)
                .orElseThrow(
                        () -> new ConfigException("Setting " + name + " of a broker cannot be changed while it runs;"
                                + " change its configuration file and restart it."))
                .parse(value));
    }
}
