package dev.curia.bench.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What something cost at each size. A cost that grows with the size's n-th power has the exponent n: 1 is linear, 0 is a cost that does not
 * depend on it. Immutable.
 *
 * @param costs by size, which is at least 1; none is negative
 */
record Curve(String name, SortedMap<Long, Double> costs) {
    /** Of the whole curve. Costs are measured, and so not exact. */
    private static final double LINEAR = 1.1;
    /** Of two sizes alone, which is less exact. */
    private static final double LINEAR_STEP = 1.25;

    Curve {
        costs = new TreeMap<>(costs);
    }

    /** A cost that could be measured. */
    record Point(long size, double cost) {
        double logSize() {
            return Math.log((double) size);
        }

        double logCost() {
            return Math.log(cost);
        }
    }

    /** By size. Costs too small to be measured have no logarithm, and say nothing. */
    List<Point> points() {
        List<Point> points = new ArrayList<>();
        costs.forEach((size, cost) -> {
            if (cost > 0) points.add(new Point(size, cost));
        });
        return points;
    }

    /** Of the power of the size that fits best: the slope on logarithmic scales, by least squares. Empty: there are less than two costs. */
    OptionalDouble exponent() {
        return slope(points());
    }

    /** From the last size but one to the last. A knee that the exponent hides shows here. */
    OptionalDouble lastExponent() {
        List<Point> points = points();
        return slope(points.subList(Math.max(0, points.size() - 2), points.size()));
    }

    boolean isLinearOrBetter() {
        return exponent().orElse(0) <= LINEAR && lastExponent().orElse(0) <= LINEAR_STEP;
    }

    private static OptionalDouble slope(List<Point> points) {
        if (points.size() < 2) return OptionalDouble.empty();
        double size = points.stream().mapToDouble(Point::logSize).average().orElseThrow();
        double cost = points.stream().mapToDouble(Point::logCost).average().orElseThrow();
        double both = 0;
        double square = 0;
        for (Point point : points) {
            both += (point.logSize() - size) * (point.logCost() - cost);
            square += (point.logSize() - size) * (point.logSize() - size);
        }
        return OptionalDouble.of(both / square);
    }
}
