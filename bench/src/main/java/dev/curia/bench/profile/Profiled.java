package dev.curia.bench.profile;

/**
 * One load of one product.
 *
 * @param cost all of it, in the load's unit
 * @param clients what its clients used besides, in the same unit
 * @param seconds of processors that it took
 * @param scheduling when threads had a processor, in a sentence
 */
record Profiled(double cost, double clients, double seconds, Breakdown breakdown, String scheduling) {
    /** How much of the time the samples stand for; less than 1 where some were missed. */
    double sampled() {
        return (double) breakdown.samples() / Perf.HERTZ / seconds;
    }

    double cost(Place place) {
        return cost * breakdown.share(place);
    }
}
