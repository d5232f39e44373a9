package dev.curia.bench.scale;

import dev.curia.bench.scale.Curve.Point;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Curves as small charts in SVG, a row or more for each dimension, all on logarithmic scales. A dashed line shows what would be linear, from the
 * first cost on. Colours suit light and dark pages. Stateless.
 */
final class CurveChart {
    private static final int COLUMNS = 4;
    private static final int WIDTH = 250;
    private static final int HEIGHT = 150;
    private static final int TITLE = 28;
    private static final int HEAD = 64;
    /** Around the lines of a chart: room for its name, its sizes, its costs. */
    private static final int TOP = 30;

    private static final int BOTTOM = 24;
    private static final int LEFT = 16;
    private static final int RIGHT = 56;
    private static final String STYLE = """
            <style>
              text { font: 11px system-ui, sans-serif; fill: #24292f; }
              .title { font-size: 14px; font-weight: bold; }
              .name { font-weight: bold; }
              .frame { fill: none; stroke: #8c959f; stroke-opacity: 0.5; }
              .cost { fill: none; stroke: #0969da; stroke-width: 2; }
              .worse { fill: none; stroke: #d4772c; stroke-width: 2; }
              .linear { fill: none; stroke: #8c959f; stroke-dasharray: 3 3; }
              @media (prefers-color-scheme: dark) {
                text { fill: #d0d7de; }
                .cost { stroke: #58a6ff; }
              }
            </style>
            """;

    private final StringBuilder svg = new StringBuilder();

    private CurveChart() {}

    /** Curves of one size, or none, are left out. */
    static String of(List<Curves> dimensions) {
        return new CurveChart().draw(dimensions);
    }

    private static List<Curve> shown(Curves curves) {
        return curves.all().stream().filter(c -> c.exponent().isPresent()).toList();
    }

    private static int rows(int charts) {
        return (charts + COLUMNS - 1) / COLUMNS;
    }

    private String draw(List<Curves> dimensions) {
        int height = HEAD;
        for (Curves curves : dimensions) height += TITLE + rows(shown(curves).size()) * HEIGHT;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\""
                        + " role=\"img\">%n",
                COLUMNS * WIDTH, height);
        svg.append("<title>Curia's costs against size</title>\n").append(STYLE);
        text("start", "title", 0, 18, "Cost against size");
        text("start", "", 0, 38, "Both scales are logarithmic. Dashed: what would be linear. Orange: worse than that.");
        int y = HEAD;
        for (Curves curves : dimensions) {
            text("start", "title", 0, y + 16, curves.dimension().title());
            y += TITLE;
            List<Curve> shown = shown(curves);
            for (int i = 0; i < shown.size(); i++) {
                chart(curves.dimension(), shown.get(i), i % COLUMNS * WIDTH, y + i / COLUMNS * HEIGHT);
            }
            y += rows(shown.size()) * HEIGHT;
        }
        return svg.append("</svg>\n").toString();
    }

    /** Where sizes and costs are drawn; costs that do not change lie in the middle. */
    private record Scale(int x, int y, double size, double sizes, double cost, double costs) {
        static Scale of(List<Point> points, int x, int y) {
            DoubleSummaryStatistics costs =
                    points.stream().mapToDouble(Point::logCost).summaryStatistics();
            // Of two decades at least: what hardly changes should not look as if it did.
            double spare = Math.max(0, Math.log(100) - (costs.getMax() - costs.getMin())) / 2;
            double size = points.get(0).logSize();
            return new Scale(
                    x,
                    y,
                    size,
                    points.get(points.size() - 1).logSize() - size,
                    costs.getMin() - spare,
                    costs.getMax() - costs.getMin() + 2 * spare);
        }

        double x(double logSize) {
            return x + LEFT + (WIDTH - LEFT - RIGHT) * (logSize - size) / sizes;
        }

        double y(double logCost) {
            return y + HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (logCost - cost) / costs;
        }
    }

    private void chart(Dimension dimension, Curve curve, int x, int y) {
        List<Point> points = curve.points();
        Point first = points.get(0);
        Point last = points.get(points.size() - 1);
        Scale scale = Scale.of(points, x, y);
        add(
                "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>%n",
                x + LEFT, y + TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        text("start", "name", x + LEFT, y + TOP - 8, curve.name());
        linear(first, scale);
        String style = curve.isLinearOrBetter() ? "cost" : "worse";
        String line = points.stream()
                .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", scale.x(p.logSize()), scale.y(p.logCost())))
                .collect(Collectors.joining(" "));
        add("<polyline class=\"%s\" points=\"%s\"/>%n", style, line);
        text("start", "", x + LEFT, y + HEIGHT - 9, dimension.label(first.size()));
        text("end", "", x + WIDTH - RIGHT, y + HEIGHT - 9, dimension.label(last.size()));
        text("start", "", x + WIDTH - RIGHT + 5, (int) scale.y(last.logCost()) + 4, CurveTable.number(last.cost()));
    }

    /** As far as it stays within the frame. */
    private void linear(Point first, Scale scale) {
        double cost = first.logCost();
        double reach = Math.min(scale.sizes(), scale.cost() + scale.costs() - cost);
        add(
                "<line class=\"linear\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                scale.x(scale.size()), scale.y(cost), scale.x(scale.size() + reach), scale.y(cost + reach));
    }

    private void text(String anchor, String style, int x, int y, String text) {
        add(
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n",
                style, anchor, x, y, text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
