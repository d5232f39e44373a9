package dev.curia.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The ratios as bars from 1 to the left (Curia's number is smaller) or to the right, on a logarithmic scale, in SVG. Colours suit light and dark
 * pages. Stateless.
 */
final class RatioChart {
    private static final int LABELS = 620;
    private static final int BARS = 340;
    private static final int MARGIN = 60;
    private static final int ROW = 20;
    private static final int HEAD = 70;
    private static final String STYLE = """
            <style>
              text { font: 12px system-ui, sans-serif; fill: #24292f; }
              .group { font-weight: bold; }
              .line { stroke: #8c959f; stroke-width: 1; }
              .target { stroke: #24292f; stroke-width: 2; }
              .better { fill: #2da44e; }
              .worse { fill: #d4772c; }
              @media (prefers-color-scheme: dark) {
                text { fill: #d0d7de; }
                .target { stroke: #d0d7de; }
              }
            </style>
            """;

    private final double reach;
    private final StringBuilder svg = new StringBuilder();

    private RatioChart(double reach) {
        this.reach = reach;
    }

    /** Those without a ratio are left out. */
    static String of(List<Comparison> comparisons) {
        List<Comparison> shown =
                comparisons.stream().filter(c -> c.ratio().isPresent()).toList();
        double reach = 2;
        for (Comparison c : shown) {
            double ratio = c.ratio().getAsDouble();
            while (Math.max(ratio, 1 / ratio) > reach) reach *= 2;
        }
        return new RatioChart(reach).draw(shown);
    }

    private String draw(List<Comparison> shown) {
        List<String> groups =
                shown.stream().map(c -> c.figure().group()).distinct().toList();
        int height = HEAD + ROW * (shown.size() + groups.size()) + ROW;
        int width = LABELS + BARS + MARGIN;
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " role=\"img\">%n",
                width,
                height,
                width,
                height));
        svg.append("<title>Curia's figures divided by Apache Kafka's</title>\n").append(STYLE);
        text("start", "group", 0, 16, "Curia / Kafka");
        text("start", "", 0, 34, "Green: Curia is better. Orange: Kafka is better. Upright stroke: Curia's target.");
        scale(height);
        int y = HEAD;
        for (String group : groups) {
            text("start", "group", 0, y + 14, group);
            y += ROW;
            for (Comparison comparison : shown) {
                if (!comparison.figure().group().equals(group)) continue;
                bar(comparison, y);
                y += ROW;
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private void scale(int height) {
        List<Double> marks = new ArrayList<>();
        for (double mark = 1 / reach; mark <= reach; mark *= 2) marks.add(mark);
        for (double mark : marks) {
            // Of many only every other one has room for its number.
            if (marks.size() <= 9 || Math.round(Math.log(mark) / Math.log(2)) % 2 == 0) {
                text("middle", "", x(mark), HEAD - 8, mark < 1 ? "1/" + Math.round(1 / mark) : "" + Math.round(mark));
            }
        }
        line("line", x(1), HEAD, height - ROW / 2);
    }

    private void bar(Comparison comparison, int y) {
        Figure figure = comparison.figure();
        double ratio = comparison.ratio().orElseThrow();
        double end = x(ratio);
        text("end", "", LABELS - 24, y + 14, figure.name());
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
                figure.isBetter(ratio) ? "better" : "worse",
                Math.min(end, x(1)),
                y + 3,
                Math.abs(end - x(1)),
                ROW - 6));
        if (figure.hasTarget()) line("target", x(figure.target()), y + 1, y + ROW - 1);
        // On the free side of the 1.
        text(ratio < 1 ? "start" : "end", "", x(1) + (ratio < 1 ? 5 : -5), y + 14, Table.number(ratio));
    }

    /** Where a ratio is. What lies beyond the scale, as a target may, is at its end. */
    private double x(double ratio) {
        double part = Math.log(ratio) / Math.log(reach);
        return LABELS + BARS / 2.0 * (1 + Math.max(-1, Math.min(1, part)));
    }

    private void line(String style, double x, int from, int to) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                style,
                x,
                from,
                x,
                to));
    }

    private void text(String anchor, String style, double x, int y, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                style,
                anchor,
                x,
                y,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
