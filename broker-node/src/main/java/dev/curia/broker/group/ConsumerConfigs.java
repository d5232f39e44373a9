package dev.curia.broker.group;

import dev.curia.broker.group.state.ConsumerSettings;
import dev.curia.broker.group.state.MigrationPolicy;
import dev.curia.broker.group.state.assign.Assignors;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.GroupOverrides;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

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
     * @param ofGroup what a single group has of its own now, see {@link GroupOverrides}
     * @throws IllegalArgumentException when they contradict each other
     */
    static ConsumerSettings settings(Map<String, String> config, Function<String, Map<String, String>> ofGroup) {
        int sessionMs = within(config, SESSION_TIMEOUT_MS, MIN_SESSION_TIMEOUT_MS, MAX_SESSION_TIMEOUT_MS);
        int heartbeatMs = within(config, HEARTBEAT_INTERVAL_MS, MIN_HEARTBEAT_INTERVAL_MS, MAX_HEARTBEAT_INTERVAL_MS);
        if (heartbeatMs >= sessionMs) {
            throw new IllegalArgumentException(HEARTBEAT_INTERVAL_MS.name() + " " + heartbeatMs + " must be below "
                    + SESSION_TIMEOUT_MS.name() + " " + sessionMs);
        }
        ConsumerSettings.Timing timing = new ConsumerSettings.Timing(sessionMs, heartbeatMs);
        UnaryOperator<ConsumerSettings.Timing> bounded = bounds(config);
        return new ConsumerSettings(
                MAX_SIZE.in(config),
                new Assignors(ASSIGNORS.in(config)),
                MigrationPolicy.valueOf(MIGRATION_POLICY.in(config).toUpperCase(Locale.ROOT)),
                groupId -> {
                    Map<String, String> own = ofGroup.apply(groupId);
                    return own.isEmpty() ? timing : bounded.apply(override(timing, own));
                });
    }

    private static ConsumerSettings.Timing override(ConsumerSettings.Timing timing, Map<String, String> own) {
        return new ConsumerSettings.Timing(
                value(GroupOverrides.CONSUMER_SESSION_TIMEOUT_MS, own, timing.sessionTimeoutMs()),
                value(GroupOverrides.CONSUMER_HEARTBEAT_INTERVAL_MS, own, timing.heartbeatIntervalMs()));
    }

    private static int value(ConfigKey<Integer> key, Map<String, String> own, int others) {
        return own.containsKey(key.name()) ? key.in(own) : others;
    }

    /** The controller, which takes a group's settings, does not know its coordinator's limits. */
    private static UnaryOperator<ConsumerSettings.Timing> bounds(Map<String, String> config) {
        int minSessionMs = MIN_SESSION_TIMEOUT_MS.in(config);
        int maxSessionMs = MAX_SESSION_TIMEOUT_MS.in(config);
        int minHeartbeatMs = MIN_HEARTBEAT_INTERVAL_MS.in(config);
        int maxHeartbeatMs = MAX_HEARTBEAT_INTERVAL_MS.in(config);
        return asked -> {
            int sessionMs = clamp(asked.sessionTimeoutMs(), minSessionMs, maxSessionMs);
            int heartbeatMs = clamp(asked.heartbeatIntervalMs(), minHeartbeatMs, maxHeartbeatMs);
            return new ConsumerSettings.Timing(sessionMs, Math.max(1, Math.min(heartbeatMs, sessionMs - 1)));
        };
    }

    private static int clamp(int value, int min, int max) {
        return Math.max(min, Math.min(max, value));
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
