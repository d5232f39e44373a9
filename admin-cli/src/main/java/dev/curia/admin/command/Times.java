package dev.curia.admin.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Reads and writes times and durations as people do. Stateless. */
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

    /** Of an option; ends the command with an explanation when it is something else. */
    static Duration duration(CuriaCommand curia, String option, String text) {
        try {
            return duration(text);
        } catch (IllegalArgumentException e) {
            throw curia.usage("Invalid value '" + text + "' for option '" + option + "': " + e.getMessage());
        }
    }

    /** In the largest unit that it has two of, such as {@code 90s}, {@code 12m}, {@code 47h} or {@code 3d}. */
    static String rough(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) return duration.toSeconds() + "s";
        if (duration.compareTo(Duration.ofHours(2)) < 0) return duration.toMinutes() + "m";
        return duration.compareTo(Duration.ofDays(2)) < 0 ? duration.toHours() + "h" : duration.toDays() + "d";
    }

    private static String wanted() {
        return "expected a duration such as 90s, 15m, 2h, 3d, or PT1H30M.";
    }
}
