package dev.curia.bench.profile;

import dev.curia.bench.product.Layout;

/**
 * How long things take where a time is given in all. Immutable.
 *
 * @param scale 1 for what is usual
 */
record Pace(double scale) {
    private static final double WINDOW_SECONDS = 10;
    private static final double LOAD_WARM_SECONDS = 3;

    /** What servers that were just started usually take to compile what is hot. */
    private static final double SINGLE_WARM_SECONDS = 25;
    /** Three brokers share the processors, so that each compiles later. */
    private static final double COMBINED_WARM_SECONDS = 75;
    /** Small requests are another matter. */
    private static final double RATE_WARM_SECONDS = 45;

    private static final double PATIENCE = 2;

    /** Of what the machine takes at least, each about as long as a load is warmed up. */
    private static final int FLOORS = 9;

    /** Courses that have loads at fixed rates, of which the first is warm for all. */
    private static final int RATES = 2;

    private static final int PRODUCTS = 2;
    private static final int LOADS = 13;
    /** Servers start and end, topics are made and deleted, samples are read: this does not get shorter. */
    private static final double OTHER_SECONDS = PRODUCTS * (24 + 4 * LOADS);

    private static final double LEAST = 0.1;

    /** @param seconds in all; with too few of them it is as short as it can be */
    static Pace of(double seconds) {
        double usual = PRODUCTS
                * (SINGLE_WARM_SECONDS
                        + 2 * COMBINED_WARM_SECONDS
                        + LOADS * (WINDOW_SECONDS + LOAD_WARM_SECONDS)
                        + RATES * RATE_WARM_SECONDS);
        return new Pace(Math.max(LEAST, (seconds - OTHER_SECONDS) / (usual + FLOORS * LOAD_WARM_SECONDS)));
    }

    double windowSeconds() {
        return scale * WINDOW_SECONDS;
    }

    double loadWarmSeconds() {
        return scale * LOAD_WARM_SECONDS;
    }

    /** How long it is waited at most until the compilers of servers that were just started rest. */
    double mostWarmUpSeconds(Layout layout) {
        return PATIENCE * scale * (layout.brokers() == 1 ? SINGLE_WARM_SECONDS : COMBINED_WARM_SECONDS);
    }

    /** The same, at a fixed rate. */
    double mostRateWarmUpSeconds() {
        return PATIENCE * scale * RATE_WARM_SECONDS;
    }
}
