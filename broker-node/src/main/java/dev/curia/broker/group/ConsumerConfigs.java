package dev.curia.broker.group;

import dev.curia.broker.group.state.ConsumerSettings;
import dev.curia.broker.group.state.MigrationPolicy;
import dev.curia.broker.group.state.assign.Assignors;
import dev.curia.common.config.ConfigKey;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The configuration keys of consumer groups (KIP-848); names, defaults and ranges are Kafka's. */
public final class ConsumerConfigs {
    public static final ConfigKey<Integer> SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "group.consumer.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "How long a member of a consumer group may be silent before it is taken for dead, in milliseconds.");
    public static final ConfigKey<Integer> MIN_SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "group.consumer.min.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "The shortest session timeout that a consumer group may be given, in milliseconds.");
    public static final ConfigKey<Integer> MAX_SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "group.consumer.max.session.timeout.ms",
            60_000,
            1,
            Integer.MAX_VALUE,
            "The longest session timeout that a consumer group may be given, in milliseconds.");
    public static final ConfigKey<Integer> HEARTBEAT_INTERVAL_MS = ConfigKey.ofInt(
            "group.consumer.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "How often members of a consumer group send heartbeats, in milliseconds.");
    public static final ConfigKey<Integer> MIN_HEARTBEAT_INTERVAL_MS = ConfigKey.ofInt(
            "group.consumer.min.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "The shortest heartbeat interval that a consumer group may be given, in milliseconds.");
    public static final ConfigKey<Integer> MAX_HEARTBEAT_INTERVAL_MS = ConfigKey.ofInt(
            "group.consumer.max.heartbeat.interval.ms",
            15_000,
            1,
            Integer.MAX_VALUE,
            "The longest heartbeat interval that a consumer group may be given, in milliseconds.");
    public static final ConfigKey<Integer> MAX_SIZE = ConfigKey.ofInt(
            "group.consumer.max.size",
            Integer.MAX_VALUE,
            1,
            Integer.MAX_VALUE,
            "How many members a consumer group may have.");
    public static final ConfigKey<List<String>> ASSIGNORS = ConfigKey.ofList(
            "group.consumer.assignors",
            "uniform,range",
            "Assignors that members of consumer groups may choose, by name; the first is the default.");

    public static final ConfigKey<String> MIGRATION_POLICY = ConfigKey.oneOf(
            "group.consumer.migration.policy",
            "bidirectional",
            List.of("bidirectional", "upgrade", "downgrade", "disabled"),
            "Whether a classic group of consumers becomes a consumer group when the first member of the new protocol joins (upgrade),"
                    + " and a classic one again when the last has left (downgrade).");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(
            SESSION_TIMEOUT_MS,
            MIN_SESSION_TIMEOUT_MS,
            MAX_SESSION_TIMEOUT_MS,
            HEARTBEAT_INTERVAL_MS,
            MIN_HEARTBEAT_INTERVAL_MS,
            MAX_HEARTBEAT_INTERVAL_MS,
            MAX_SIZE,
            ASSIGNORS,
            MIGRATION_POLICY);

    private ConsumerConfigs() {}

    /**
     * The state machine's settings out of the node's configuration.
     *
     * @throws IllegalArgumentException when they contradict each other
     */
    static ConsumerSettings settings(Map<String, String> config) {
        int sessionMs = within(config, SESSION_TIMEOUT_MS, MIN_SESSION_TIMEOUT_MS, MAX_SESSION_TIMEOUT_MS);
        int heartbeatMs = within(config, HEARTBEAT_INTERVAL_MS, MIN_HEARTBEAT_INTERVAL_MS, MAX_HEARTBEAT_INTERVAL_MS);
        if (heartbeatMs >= sessionMs) {
            throw new IllegalArgumentException(HEARTBEAT_INTERVAL_MS.name() + " " + heartbeatMs + " must be below "
                    + SESSION_TIMEOUT_MS.name() + " " + sessionMs);
        }
        ConsumerSettings.Timing timing = new ConsumerSettings.Timing(sessionMs, heartbeatMs);
        return new ConsumerSettings(
                MAX_SIZE.in(config),
                new Assignors(ASSIGNORS.in(config)),
                MigrationPolicy.valueOf(MIGRATION_POLICY.in(config).toUpperCase(Locale.ROOT)),
                groupId -> timing);
    }

    private static int within(
            Map<String, String> config, ConfigKey<Integer> key, ConfigKey<Integer> min, ConfigKey<Integer> max) {
        int value = key.in(config);
        if (value < min.in(config) || value > max.in(config)) {
            throw new IllegalArgumentException(key.name() + " is " + value + ": expected from " + min.name() + " "
                    + min.in(config) + " to " + max.name() + " " + max.in(config));
        }
        return value;
    }
}
