package dev.curia.metadata.event;

import dev.curia.common.config.ConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How much of the journal a quorum node keeps. Immutable.
 *
 * @param maxEvents the newest so many, to the next whole metadata batch
 * @param maxAge at the time of the newest
 */
public record EventSettings(int maxEvents, Duration maxAge) {
    public static final ConfigKey<Integer> MAX_EVENTS = ConfigKey.ofInt(
            "event.journal.max.events",
            100_000,
            1,
            10_000_000,
            "How many events (changes of ISRs and leaders, fencing, truncations, ... with their causes) a quorum node keeps for 'curia events':"
                    + " the newest ones, some 100 bytes each on disk.");
    public static final ConfigKey<Long> RETENTION_MS = ConfigKey.ofLong(
            "event.journal.retention.ms",
            2_592_000_000L,
            1_000,
            Long.MAX_VALUE / 1_000_000,
            "How old events may become, in milliseconds, before a quorum node forgets them.");
    public static final List<ConfigKey<?>> KEYS = List.of(MAX_EVENTS, RETENTION_MS);

    public static final EventSettings DEFAULT = of(Map.of());

    /** From a server's settings. */
    public static EventSettings of(Map<String, String> given) {
        return new EventSettings(MAX_EVENTS.in(given), Duration.ofMillis(RETENTION_MS.in(given)));
    }
}
