package dev.curia.bench.scale;

import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Something that grows. Immutable.
 *
 * @param sizes from the smallest to the largest
 * @param labels of sizes, for people
 * @param settings of the broker that differ from its defaults
 * @param trials each is given a broker of its own
 * @param windows how many times the length of a window passes at each size, over all trials
 * @param otherSeconds about how long all else takes
 * @param method what was measured how, for the page
 */
record Dimension(
        String title,
        List<Long> sizes,
        LongFunction<String> labels,
        Map<String, String> settings,
        List<Trial.Start> trials,
        int windows,
        double otherSeconds,
        String method) {

    String label(long size) {
        return labels.apply(size);
    }

    /** With the smallest sizes only, to see that all works. */
    Dimension smallest(int count) {
        return new Dimension(
                title,
                sizes.subList(0, Math.min(count, sizes.size())),
                labels,
                settings,
                trials,
                windows,
                otherSeconds / 4,
                method);
    }

    /** How long a window can be for all dimensions to be measured in so many seconds. */
    static double windowSeconds(List<Dimension> dimensions, double seconds) {
        double other = dimensions.stream().mapToDouble(Dimension::otherSeconds).sum();
        int windows = dimensions.stream()
                .mapToInt(d -> d.windows() * d.sizes().size())
                .sum();
        return Math.max(SHORTEST, Math.min(LONGEST, (seconds - other) / windows));
    }

    private static final double SHORTEST = 1;
    private static final double LONGEST = 10;
}
