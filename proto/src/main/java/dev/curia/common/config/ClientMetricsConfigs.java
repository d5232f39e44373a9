package dev.curia.common.config;

import java.util.List;
import java.util.Map;

/** The settings of a subscription to clients' metrics (KIP-714). They are kept for tools; clients are not asked for metrics. */
public final class ClientMetricsConfigs {
    public static final ConfigKey<Integer> INTERVAL_MS = ConfigKey.ofInt(
            "interval.ms", 300_000, 100, 3_600_000, "How often clients would send their metrics, in milliseconds.");
    public static final ConfigKey<List<String>> MATCH = ConfigKey.ofList(
            "match", "", "Which clients: NAME=REGULAR EXPRESSION, all of which hold; none: all clients.");
    public static final ConfigKey<List<String>> METRICS =
            ConfigKey.ofList("metrics", "", "Prefixes of the names of metrics; * for all.");

    /** By name. */
    public static final List<ConfigKey<?>> ALL = List.of(INTERVAL_MS, MATCH, METRICS);

    private ClientMetricsConfigs() {}

    /** @throws ConfigException on the first that is unknown or ill-typed */
    public static void validate(Map<String, String> overrides) {
        ConfigKey.validate(ALL, overrides, "client metrics");
    }
}
