package dev.curia.admin.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Reads times and durations as people write them. Stateless. */
final class Times {
    private Times() {}

    /**
     * @return milliseconds since 1970
     * @throws IllegalArgumentException saying what is expected
     */
    static long parse(String text, long nowMs) {
        if (text.matches("\\d{1,9}[smhd]")) return nowMs - duration(text).toMillis();
        try {
            return text.endsWith("Z")
                    ? Instant.parse(text).toEpochMilli()
                    : OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "expected a time such as 2026-05-01T10:00:00Z, or how long ago: 90s, 15m, 2h, 3d.", e);
        }
    }

    /** @throws IllegalArgumentException saying what is expected */
    static Duration duration(String text) {
        try {
            if (text.matches("\\d{1,9}d")) return Duration.parse("P" + text);
            if (text.matches("\\d{1,9}[smh]")) return Duration.parse("PT" + text);
            Duration duration = Duration.parse(text);
            if (!duration.isNegative()) return duration;
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(wanted(), e);
        }
        throw new IllegalArgumentException(wanted());
    }

    private static String wanted() {
        return "expected a duration such as 90s, 15m, 2h, 3d, or PT1H30M.";
    }
}
