package dev.curia.bench.profile;

import dev.curia.bench.compare.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One load of both products in Markdown: a row for each place, those that cost the first product most before others. Stateless. */
final class ProfileTable {
    private static final int LEAVES = 8;

    private ProfileTable() {}

    static String of(Load load, String one, Profiled ofOne, String other, Profiled ofOther) {
        StringBuilder text = new StringBuilder("### " + load.title() + "\n| " + load.unit() + " | " + one + " | "
                + other + " |\n| --- | ---: | ---: |\n" + row("all", ofOne.cost(), ofOther.cost()));
        Stream.of(Place.values())
                .filter(place -> ofOne.cost(place) > 0 || ofOther.cost(place) > 0)
                .sorted(Comparator.comparingDouble((Place place) -> -ofOne.cost(place))
                        .thenComparingDouble(place -> -ofOther.cost(place)))
                .forEach(place -> text.append(row(place.toString(), ofOne.cost(place), ofOther.cost(place))));
        return text.append(row("their clients, besides", ofOne.clients(), ofOther.clients()))
                .append('\n')
                .append(leaves(one, ofOne))
                .append('\n')
                .append(leaves(other, ofOther))
                .append('\n')
                .append(one + ": " + ofOne.scheduling() + '\n')
                .append('\n')
                .append(other + ": " + ofOther.scheduling() + '\n')
                .toString();
    }

    private static String row(String name, double one, double other) {
        return "| " + name + " | " + Table.number(one) + " | " + Table.number(other) + " |\n";
    }

    private static String leaves(String product, Profiled profiled) {
        Breakdown breakdown = profiled.breakdown();
        List<Breakdown.Leaf> most = breakdown.leaves(LEAVES);
        return String.format(
                        Locale.ROOT,
                        "%s, most of %,d samples, which are %.0f %% of its time: ",
                        product,
                        breakdown.samples(),
                        100 * profiled.sampled())
                + most.stream()
                        .map(leaf -> String.format(Locale.ROOT, "`%s` %.1f %%", leaf.name(), 100 * leaf.share()))
                        .collect(Collectors.joining(", "))
                + ".\n";
    }
}
