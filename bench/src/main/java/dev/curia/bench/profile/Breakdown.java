package dev.curia.bench.profile;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How many samples were where, without those of compilers. Not thread-safe. */
final class Breakdown implements Consumer<Sample> {
    /** A function that ran, and its part of all samples. */
    record Leaf(String name, double share) {}

    private final Map<Place, Integer> places = new EnumMap<>(Place.class);
    private final Map<String, Integer> leaves = new HashMap<>();
    private int samples;

    @Override
    public void accept(Sample sample) {
        if (Places.isCompiler(sample)) return;
        samples++;
        places.merge(Places.of(sample), 1, Integer::sum);
        if (!sample.chain().isEmpty()) leaves.merge(sample.chain().get(0).toString(), 1, Integer::sum);
    }

    int samples() {
        return samples;
    }

    /** All together are 1. */
    double share(Place place) {
        return share(places.getOrDefault(place, 0));
    }

    private double share(int count) {
        return samples == 0 ? 0 : (double) count / samples;
    }

    /** The most frequent first. */
    List<Leaf> leaves(int most) {
        return leaves.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(leaf -> new Leaf(leaf.getKey(), share(leaf.getValue())))
                .toList();
    }
}
