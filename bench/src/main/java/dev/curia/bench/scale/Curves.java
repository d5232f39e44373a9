package dev.curia.bench.scale;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was measured of one dimension, in the order of each cost's first number. Not thread-safe. */
final class Curves {
    private final Dimension dimension;
    private final Map<String, SortedMap<Long, Double>> costs = new LinkedHashMap<>();

    Curves(Dimension dimension) {
        this.dimension = dimension;
    }

    Dimension dimension() {
        return dimension;
    }

    void add(long size, String name, double cost) {
        costs.computeIfAbsent(name, n -> new TreeMap<>()).put(size, cost);
    }

    List<Curve> all() {
        return costs.entrySet().stream()
                .map(each -> new Curve(each.getKey(), each.getValue()))
                .toList();
    }
}
