package dev.curia.bench.metadata;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured with so many partitions, by name, as text for people. Not thread-safe. */
final class Figures {
    private final int partitions;
    private final Map<String, String> texts = new LinkedHashMap<>();

    Figures(int partitions) {
        this.partitions = partitions;
    }

    int partitions() {
        return partitions;
    }

    void text(String name, String value) {
        texts.put(name, value);
        System.err.println("  " + name + ": " + value);
    }

    /** A time in all, and what it comes to for each partition. */
    void time(String name, long nanos) {
        text(name, millis(nanos) + each(nanos));
    }

    /** Middle and worst of several times. */
    void times(String name, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        text(
                name,
                String.format(
                        Locale.ROOT,
                        "%,d / %,d ms (%d)",
                        sorted[sorted.length / 2] / 1_000_000,
                        sorted[sorted.length - 1] / 1_000_000,
                        sorted.length));
    }

    void bytesEach(String name, long bytes) {
        text(name, String.format(Locale.ROOT, "%,d", Math.round((double) bytes / partitions)));
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%,d ms", nanos / 1_000_000);
    }

    private String each(long nanos) {
        return String.format(Locale.ROOT, " (%.1f µs)", nanos / 1e3 / partitions);
    }

    /** A table in Markdown, a column for each number of partitions. */
    static String table(List<Figures> all) {
        StringBuilder text = new StringBuilder("| partitions |");
        all.forEach(figures -> text.append(String.format(Locale.ROOT, " %,d |", figures.partitions)));
        text.append("\n| --- |").append(" ---: |".repeat(all.size())).append('\n');
        for (String name : all.get(0).texts.keySet()) {
            text.append("| ").append(name).append(" |");
            all.forEach(figures -> text.append(' ')
                    .append(figures.texts.getOrDefault(name, ""))
                    .append(" |"));
            text.append('\n');
        }
        return text.toString();
    }
}
