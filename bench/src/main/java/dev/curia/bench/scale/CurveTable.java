package dev.curia.bench.scale;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Curves in Markdown: a row for each cost, a column for each size, and what follows from them. Stateless. */
final class CurveTable {
    private CurveTable() {}

    static String of(Curves curves) {
        Dimension dimension = curves.dimension();
        List<Curve> all = curves.all();
        List<Long> sizes = all.stream()
                .flatMap(curve -> curve.costs().keySet().stream())
                .distinct()
                .sorted()
                .toList();
        StringBuilder text = new StringBuilder("### ").append(dimension.title()).append("\n| |");
        for (long size : sizes) text.append(' ').append(dimension.label(size)).append(" |");
        text.append(" exponent | last step | linear or better |\n| --- |")
                .append(" ---: |".repeat(sizes.size() + 2))
                .append(" --- |\n");
        for (Curve curve : all) {
            text.append("| ").append(curve.name()).append(" |");
            for (long size : sizes) {
                Double cost = curve.costs().get(size);
                text.append(cost == null ? "" : " " + number(cost)).append(" |");
            }
            text.append(exponent(curve.exponent())).append(exponent(curve.lastExponent()));
            text.append(curve.isLinearOrBetter() ? " yes |\n" : " **no** |\n");
        }
        return text.append('\n').append(dimension.method()).append('\n').toString();
    }

    private static String exponent(OptionalDouble exponent) {
        if (exponent.isEmpty()) return " |";
        String text = String.format(Locale.ROOT, " %.2f |", exponent.getAsDouble());
        return text.equals(" -0.00 |") ? " 0.00 |" : text;
    }

    /** Three digits, or those before the point. */
    static String number(double value) {
        if (value == 0) return "0";
        int whole = (int) Math.floor(Math.log10(value)) + 1;
        return String.format(Locale.ROOT, "%,." + Math.max(0, Math.min(4, 3 - whole)) + "f", value);
    }
}
