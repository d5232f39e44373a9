package dev.curia.bench.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that was measured, figures in the order of their first number. Not thread-safe. */
final class Results {
    private record Numbers(List<Double> one, List<Double> other) {}

    private final Map<Figure, Numbers> figures = new LinkedHashMap<>();

    void add(boolean one, Figure figure, double value) {
        Numbers numbers = figures.computeIfAbsent(figure, f -> new Numbers(new ArrayList<>(), new ArrayList<>()));
        (one ? numbers.one : numbers.other).add(value);
    }

    /** Of the figures that both have. */
    List<Comparison> comparisons() {
        List<Comparison> all = new ArrayList<>();
        figures.forEach((figure, numbers) -> {
            if (numbers.one.isEmpty() || numbers.other.isEmpty()) return;
            all.add(new Comparison(figure, new Sample(numbers.one), new Sample(numbers.other)));
        });
        return all;
    }
}
