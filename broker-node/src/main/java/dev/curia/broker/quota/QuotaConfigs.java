package dev.curia.broker.quota;

import dev.curia.common.config.ConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings of how client quotas are kept. */
public final class QuotaConfigs {
    private static final int MOST_SECONDS = 3_600;

    public static final ConfigKey<Integer> WINDOWS = ConfigKey.ofInt(
            "quota.window.num",
            11,
            1,
            MOST_SECONDS,
            "Times quota.window.size.seconds it is how long a client that has used nothing may use its quota in"
                    + " advance: so much may come at once.");
    public static final ConfigKey<Integer> WINDOW_SECONDS = ConfigKey.ofInt(
            "quota.window.size.seconds",
            1,
            1,
            MOST_SECONDS,
            "See quota.window.num, in seconds. It is also the longest that a client waits at once for its"
                    + " request_percentage, or to be refused for its connection_creation_rate.");
    public static final ConfigKey<Integer> CONTROLLER_WINDOWS = ConfigKey.ofInt(
            "controller.quota.window.num", 11, 1, MOST_SECONDS, "As quota.window.num, of controller_mutation_rate.");
    public static final ConfigKey<Integer> CONTROLLER_WINDOW_SECONDS = ConfigKey.ofInt(
            "controller.quota.window.size.seconds",
            1,
            1,
            MOST_SECONDS,
            "As quota.window.size.seconds, of controller_mutation_rate.");
    public static final ConfigKey<Boolean> CLIENT_SERIES = ConfigKey.ofBoolean(
            "curia.metrics.clients.enable",
            false,
            "Whether there is a metric of how long it was throttled for each user and client that has a quota.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL =
            List.of(WINDOWS, WINDOW_SECONDS, CONTROLLER_WINDOWS, CONTROLLER_WINDOW_SECONDS, CLIENT_SERIES);

    /**
     * How far ahead of its quotas a client may be.
     *
     * @param burst of bytes and requests
     * @param controllerBurst of partitions created and deleted
     * @param longestWait at once, for request_percentage, and of a connection before it is closed
     */
    public record Windows(Duration burst, Duration controllerBurst, Duration longestWait) {}

    private QuotaConfigs() {}

    /** @param given settings as text, by name */
    public static Windows windows(Map<String, String> given) {
        Duration window = Duration.ofSeconds(WINDOW_SECONDS.in(given));
        return new Windows(
                window.multipliedBy(WINDOWS.in(given)),
                Duration.ofSeconds(CONTROLLER_WINDOW_SECONDS.in(given)).multipliedBy(CONTROLLER_WINDOWS.in(given)),
                window);
    }
}
