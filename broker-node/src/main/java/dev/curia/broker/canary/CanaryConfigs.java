package dev.curia.broker.canary;

import dev.curia.common.config.ConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings of the canary. */
public final class CanaryConfigs {
    public static final ConfigKey<Boolean> ENABLE = ConfigKey.ofBoolean(
            "canary.enable",
            false,
            "Whether this broker writes a record to each broker and reads it back, on a schedule, and tells in its metrics how that went. The records are in"
                    + " the internal topic __curia_canary, which has a partition for each broker. Set it on all brokers.");
    public static final ConfigKey<Long> INTERVAL_MS = ConfigKey.ofLong(
            "canary.interval.ms",
            10_000,
            10,
            Long.MAX_VALUE / 1_000_000,
            "How often the canary looks at each broker, in milliseconds.");
    public static final ConfigKey<Long> TIMEOUT_MS = ConfigKey.ofLong(
            "canary.timeout.ms",
            5_000,
            10,
            Long.MAX_VALUE / 1_000_000,
            "A record of the canary that has not come back after this time, in milliseconds, counts as lost; no longer than canary.interval.ms.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(ENABLE, INTERVAL_MS, TIMEOUT_MS);

    private CanaryConfigs() {}

    static Duration interval(Map<String, String> given) {
        return Duration.ofMillis(INTERVAL_MS.in(given));
    }

    static Duration timeout(Map<String, String> given) {
        return Duration.ofMillis(Math.min(TIMEOUT_MS.in(given), INTERVAL_MS.in(given)));
    }
}
