package dev.curia.bench.compare;

import java.util.List;

/**
 * How a time in all is spent: in rounds, each of which measures both products in all layouts, and in windows, for which one figure is
 * measured.
 *
 * @param patience how many times as long as usual it is waited until servers have compiled what is hot
 */
record Budget(int rounds, double windowSeconds, double patience) {
    /** What each of the servers that were just started usually takes on two cores to compile what is hot. */
    static final double WARM_UP_SECONDS = 30;
    /** Small requests are another matter. */
    static final double RATE_WARM_UP_SECONDS = 15;

    private static final double PATIENCE = 2;
    /** Of percentiles the high ones need many times. */
    static final double RATE_WINDOWS = 2;

    private static final int PRODUCTS = 2;
    private static final int USUAL_ROUNDS = 3;
    private static final int MOST_ROUNDS = 5;
    private static final double SHORTEST = 1;
    private static final double LONGEST = 8;

    /** @param seconds in all; where they do not suffice for the shortest round, it is one of these all the same, and servers are measured cold */
    static Budget of(double seconds, List<Plan> plans) {
        double windows = PRODUCTS * plans.stream().mapToDouble(Plan::windows).sum();
        double other = PRODUCTS * plans.stream().mapToDouble(Plan::otherSeconds).sum();
        // Three rounds before longer windows, longer windows before more rounds.
        int rounds = (int) Math.max(1, Math.min(USUAL_ROUNDS, seconds / (other + SHORTEST * windows)));
        while (rounds >= USUAL_ROUNDS && rounds < MOST_ROUNDS && window(seconds, rounds, other, windows) > LONGEST)
            rounds++;
        double patience = PATIENCE * Math.max(0, Math.min(1, (seconds - SHORTEST * windows) / other));
        return new Budget(
                rounds, Math.max(SHORTEST, Math.min(LONGEST, window(seconds, rounds, other, windows))), patience);
    }

    private static double window(double seconds, int rounds, double other, double windows) {
        return (seconds / rounds - other) / windows;
    }
}
