package dev.curia.bench.profile;

import dev.curia.bench.load.Work;

/** What processor time is told per. */
enum Unit {
    GIGABYTE("CPU-s per GB"),
    REQUEST("CPU-µs per request"),
    RECORD("CPU-µs per record, written and read"),
    PARTITION("CPU-µs per partition");

    private final String label;

    Unit(String label) {
        this.label = label;
    }

    double cost(Work work) {
        // Seconds per million are microseconds per one.
        return this == GIGABYTE ? work.cpuPerGigabyte() : work.cpuPerMillion();
    }

    /** For people. */
    @Override
    public String toString() {
        return label;
    }
}
