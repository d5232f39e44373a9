package dev.curia.admin.view;

import java.util.List;
import java.util.regex.Pattern;

/** Colours a text for people: headings of tables, and cells that say how something is. The words stay as they are. Stateless. */
public final class Colours {
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";

    /** Two words or more in capitals, or one that is a line. */
    private static final Pattern HEADINGS =
            Pattern.compile("[A-Z][A-Z0-9/-]*( [A-Z0-9/-]+)*( {2,}[A-Z][A-Z0-9/-]*( [A-Z0-9/-]+)*)*");

    private static final List<Words> WORDS = List.of(
            new Words("\u001b[31m", "offline|fenced|none|under-min-isr|failed|gone|Dead|Problem: .*|FAIL"),
            new Words(
                    "\u001b[33m",
                    "under-replicated|moving|blocked|waiting|in maintenance|draining|decommissioning|WARN"),
            new Words("\u001b[32m", "ok|alive|online|Stable|CompleteCommit|OK"));

    private record Words(String colour, Pattern cell) {
        /** A cell begins with its line or behind two spaces, and ends likewise. */
        Words(String colour, String words) {
            this(colour, Pattern.compile("(?<=^|  )(" + words + ")(?=$|  )"));
        }
    }

    private Colours() {}

    /** Colours it. */
    public static String paint(String text) {
        StringBuilder painted = new StringBuilder();
        for (String line : text.split("(?<=\n)", -1)) painted.append(line(line));
        return painted.toString();
    }

    private static String line(String line) {
        String content = line.stripTrailing();
        String end = line.substring(content.length());
        if (HEADINGS.matcher(content).matches()) return BOLD + content + RESET + end;
        for (Words words : WORDS) {
            content = words.cell.matcher(content).replaceAll(words.colour + "$1" + RESET);
        }
        return content + end;
    }
}
