package dev.curia.bench.profile;

/**
 * One load of one product.
 *
 * @param cost all of it, in the load's unit
 * @param seconds of processors that it took
 */
record Profiled(double cost, double seconds, Breakdown breakdown) {
    /** How much of the time the samples stand for; less than 1 where some were missed. */
    double sampled() {
        return (double) breakdown.samples() / Perf.HERTZ / seconds;
    }

    double cost(Place place) {
        return cost * breakdown.share(place);
    }
}
