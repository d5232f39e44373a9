package dev.curia.broker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of metrics in Prometheus' text format. Immutable. */
record Scrape(Map<String, String> types, List<Series> series) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** One line. */
    record Series(String name, Map<String, String> labels, double value) {}

    static Scrape parse(String page) {
        Map<String, String> types = new LinkedHashMap<>();
        List<Series> series = new ArrayList<>();
        page.lines().forEach(line -> {
            if (line.startsWith("# TYPE ")) {
                String[] parts = line.split(" ", -1);
                types.put(parts[2], parts[3]);
            } else if (!line.startsWith("#")) {
                series.add(series(line));
            }
        });
        return new Scrape(Map.copyOf(types), List.copyOf(series));
    }

    private static Series series(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) throw new AssertionError("not a line of metrics: " + line);
        Map<String, String> labels = new LinkedHashMap<>();
        if (parts.group(2) != null) {
            for (Matcher label = LABEL.matcher(parts.group(2)); label.find(); )
                labels.put(label.group(1), label.group(2));
        }
        return new Series(
                parts.group(1),
                Map.copyOf(labels),
                Double.parseDouble(parts.group(3).replace("Inf", "Infinity")));
    }

    /** Of the one series with these labels, given as name and value in turn, and perhaps others. */
    Optional<Double> value(String name, String... labels) {
        return series.stream()
                .filter(each -> each.name.equals(name))
                .filter(each -> {
                    for (int i = 0; i < labels.length; i += 2) {
                        if (!labels[i + 1].equals(each.labels.get(labels[i]))) return false;
                    }
                    return true;
                })
                .map(Series::value)
                .findFirst();
    }
}
