package dev.curia.common.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every setting of brokers that is changed while they run, through the metadata, and not in a file. */
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

    /** By name. */
    public static final List<ConfigKey<?>> ALL =
            List.of(MOVE_THROTTLED_RATE, FOLLOWER_THROTTLED_RATE, LEADER_THROTTLED_RATE);

    private static final Map<String, ConfigKey<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    private BrokerConfigs() {}

    public static Optional<ConfigKey<?>> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** @throws ConfigException on the first that is unknown or ill-typed */
    public static void validate(Map<String, String> overrides) {
        overrides.forEach((name, value) -> byName(name)
                .orElseThrow(
                        () -> new ConfigException("Setting " + name + " of a broker cannot be changed while it runs;"
                                + " change its configuration file and restart it."))
                .parse(value));
    }
}
