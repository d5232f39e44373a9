package dev.curia.system;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A row of docs/metrics.md.
 *
 * @param later there is no series before something happens
 */
record DocumentedMetric(String name, String type, Set<String> labels, boolean later) {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9_]+)` \\| (\\w+)[^|]* \\| ([^|]*) \\| (.*)$");

    /** By name. */
    static Map<String, DocumentedMetric> allOf(String page) {
        Map<String, DocumentedMetric> all = new LinkedHashMap<>();
        for (Matcher row = ROW.matcher(page); row.find(); ) {
            Set<String> labels = Arrays.stream(row.group(3).split(","))
                    .map(label -> label.replace("`", "").strip())
                    .filter(label -> !label.isEmpty())
                    .collect(Collectors.toSet());
            boolean later = row.group(4).contains("Not before it happens.");
            all.put(row.group(1), new DocumentedMetric(row.group(1), row.group(2), labels, later));
        }
        return all;
    }
}
