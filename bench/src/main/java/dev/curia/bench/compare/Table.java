package dev.curia.bench.compare;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Comparisons in Markdown, a table for each group of figures. Stateless. */
public final class Table {
    private Table() {}

    static String of(List<Comparison> comparisons, String one, String other) {
        String header = "| | " + one + " | " + other + " | " + one + " / " + other
                + " | target |\n| --- | ---: | ---: | ---: | ---: |\n";
        StringBuilder text = new StringBuilder();
        for (String group :
                comparisons.stream().map(c -> c.figure().group()).distinct().toList()) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append("### ")
                    .append(group)
                    .append('\n')
                    .append(header);
            comparisons.stream().filter(c -> c.figure().group().equals(group)).forEach(c -> text.append(row(c)));
        }
        return text.toString();
    }

    private static String row(Comparison comparison) {
        Figure figure = comparison.figure();
        OptionalDouble ratio = comparison.ratio();
        String target = figure.hasTarget() ? (figure.lessIsBetter() ? "≤ " : "≥ ") + number(figure.target()) : "";
        return "| " + figure.name() + " | " + cell(comparison.one()) + " | " + cell(comparison.other()) + " | "
                + (ratio.isPresent() ? number(ratio.getAsDouble()) : "–") + " | " + target
                + (comparison.missesTarget() ? " missed" : "") + " |\n";
    }

    private static String cell(Sample sample) {
        String median = number(sample.median());
        if (sample.sorted().size() < 2) return median;
        return median + " (" + number(sample.least()) + "–" + number(sample.most()) + ")";
    }

    /** Two or three digits, which is more than is certain; more where they stand before the point. */
    public static String number(double value) {
        String format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
