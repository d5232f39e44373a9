package dev.curia.broker.tool;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;

/** Numbers and sentences for people. Stateless. */
final class Text {
    static final int WIDTH = 100;
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private Text() {}

    /** With thousands apart: 1,234,567. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** In the unit that leaves few digits: 1.2 GiB. */
    static String bytes(long bytes) {
        if (bytes < 1024) return bytes + " B";
        double value = bytes;
        int unit = -1;
        do {
            value /= 1024;
            unit++;
        } while (value >= 1023.95 && unit < UNITS.length - 1);
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** One or many of a thing: 1 partition, 2 partitions. */
    static String of(long number, String thing) {
        return count(number) + " " + thing + (number == 1 ? "" : thing.endsWith("ch") ? "es" : "s");
    }

    /** A record's time; whatever the number. */
    static String time(long millis) {
        if (millis < 0) return millis == -1 ? "none" : Long.toString(millis);
        try {
            String text = Instant.ofEpochMilli(millis).toString();
            // Without fraction when there is none: columns shall stay aligned.
            return text.length() == 20 ? text.replace("Z", ".000Z") : text;
        } catch (DateTimeException e) {
            return Long.toString(millis);
        }
    }

    /** Breaks a text between words; longer words stay whole. */
    static String wrap(String text, String firstIndent, String indent) {
        StringBuilder out = new StringBuilder(firstIndent);
        int column = firstIndent.length();
        boolean first = true;
        for (String word : text.split(" ", -1)) {
            if (!first && column + 1 + word.length() > WIDTH) {
                out.append('\n').append(indent);
                column = indent.length();
                first = true;
            }
            if (!first) out.append(' ');
            out.append(word);
            column += word.length() + (first ? 0 : 1);
            first = false;
        }
        return out.append('\n').toString();
    }
}
