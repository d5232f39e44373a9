package dev.curia.system;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node's {@code /metrics} say now. */
record Metrics(NodeProcess node) {
    /**
     * The sum over all series of a metric.
     *
     * @param labels a part of the labels' text; empty: any
     */
    double sum(String name, String labels) {
        Pattern line = Pattern.compile("(?m)^" + Pattern.quote(name) + "(\\{[^\n]*})? (\\S+)$");
        double sum = 0;
        for (Matcher found = line.matcher(page()); found.find(); ) {
            String labelled = found.group(1) == null ? "" : found.group(1);
            if (labelled.contains(labels)) sum += Double.parseDouble(found.group(2));
        }
        return sum;
    }

    double sum(String name) {
        return sum(name, "");
    }

    private String page() {
        try {
            return node.get("/metrics").body();
        } catch (IOException e) {
            throw new AssertionError(node.name() + " has no metrics", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
