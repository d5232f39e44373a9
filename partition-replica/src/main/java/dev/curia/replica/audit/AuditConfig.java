package dev.curia.replica.audit;

import dev.curia.common.config.ConfigKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How much the auditor reads. Immutable.
 *
 * @param bytesPerSecond of this broker's followers' logs; 0: it is off
 * @param interval between the beginnings of two passes
 */
public record AuditConfig(long bytesPerSecond, Duration interval) {
    public static final ConfigKey<Long> BYTES_PER_SECOND = ConfigKey.ofLong(
            "replica.audit.bytes.per.second",
            4_194_304,
            0,
            1L << 40,
            "How many bytes a second of the partitions that this broker follows are read again in the background, checked, and compared with their"
                    + " leaders, which read as much; 0: none.");
    public static final ConfigKey<Long> INTERVAL_MS = ConfigKey.ofLong(
            "replica.audit.interval.ms",
            21_600_000,
            1,
            Long.MAX_VALUE / 1_000_000,
            "How long after the beginning of one audit of all that this broker follows the next begins, in milliseconds; later when it takes longer.");
    public static final List<ConfigKey<?>> KEYS = List.of(BYTES_PER_SECOND, INTERVAL_MS);

    /** From a server's settings. */
    public static AuditConfig of(Map<String, String> given) {
        return new AuditConfig(BYTES_PER_SECOND.in(given), Duration.ofMillis(INTERVAL_MS.in(given)));
    }
}
