package dev.curia.bench.compare;

import java.util.List;

/**
 * How a time in all is spent: in rounds, each of which measures both products in all layouts, and in windows, for which one figure is
 * measured.
 */
record Budget(int rounds, double windowSeconds) {
    /** For each server before anything is measured of those that were just started: by then most that is hot is compiled. */
    static final double WARM_UP_SECONDS = 15;
    /** Small requests are another matter. */
    static final double RATE_WARM_SECONDS = 5;
    /** Of percentiles the high ones need many times. */
    static final double RATE_WINDOWS = 2;

    private static final int PRODUCTS = 2;
    private static final int USUAL_ROUNDS = 3;
    private static final int MOST_ROUNDS = 5;
    private static final double SHORTEST = 1;
    private static final double LONGEST = 8;

    /** @param seconds in all; where they do not suffice for the shortest round, it is one of these all the same */
    static Budget of(double seconds, List<Plan> plans) {
        double windows = PRODUCTS * plans.stream().mapToDouble(Plan::windows).sum();
        double other = PRODUCTS * plans.stream().mapToDouble(Plan::otherSeconds).sum();
        // Three rounds before longer windows, longer windows before more rounds.
        int rounds = (int) Math.max(1, Math.min(USUAL_ROUNDS, seconds / (other + SHORTEST * windows)));
        while (rounds >= USUAL_ROUNDS && rounds < MOST_ROUNDS && window(seconds, rounds, other, windows) > LONGEST)
            rounds++;
        return new Budget(rounds, Math.max(SHORTEST, Math.min(LONGEST, window(seconds, rounds, other, windows))));
    }

    private static double window(double seconds, int rounds, double other, double windows) {
        return (seconds / rounds - other) / windows;
    }
}
