package dev.curia.common.config;

import java.util.List;
import java.util.Map;

/** Every setting that a single group may have of its own, whether it exists or not; else it has that of its coordinator, {@code group.} before the name. */
public final class GroupOverrides {
    public static final ConfigKey<Integer> CONSUMER_SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "consumer.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "How long a member of this consumer group may be silent before it is taken for dead, in milliseconds; within its coordinator's"
                    + " group.consumer.min.session.timeout.ms and group.consumer.max.session.timeout.ms, whatever is set.");
    public static final ConfigKey<Integer> CONSUMER_HEARTBEAT_INTERVAL_MS = ConfigKey.ofInt(
            "consumer.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "How often members of this consumer group send heartbeats, in milliseconds; within its coordinator's"
                    + " group.consumer.min.heartbeat.interval.ms and group.consumer.max.heartbeat.interval.ms, whatever is set.");

    /** By name. */
    public static final List<ConfigKey<?>> ALL = List.of(CONSUMER_HEARTBEAT_INTERVAL_MS, CONSUMER_SESSION_TIMEOUT_MS);

    private GroupOverrides() {}

    /** The name under which a broker's configuration file sets it for all groups. */
    public static String brokerName(ConfigKey<?> key) {
        return "group." + key.name();
    }

    /** @throws ConfigException on the first that is unknown or ill-typed, or when heartbeats are rarer than the timeout */
    public static void validate(Map<String, String> overrides) {
        ConfigKey.validate(ALL, overrides, "group");
        int session = CONSUMER_SESSION_TIMEOUT_MS.in(overrides);
        int heartbeat = CONSUMER_HEARTBEAT_INTERVAL_MS.in(overrides);
        if (overrides.size() == ALL.size() && heartbeat >= session) {
            throw new ConfigException("Invalid value '" + heartbeat + "' for " + CONSUMER_HEARTBEAT_INTERVAL_MS.name()
                    + ": expected less than " + CONSUMER_SESSION_TIMEOUT_MS.name() + ", which is " + session + ".");
        }
    }
}
