package dev.curia.bench.compare;

/** What was done within a window. CPU seconds are those of all servers. */
record Work(double seconds, long records, long bytes, double cpuSeconds) {
    double megabytesASecond() {
        return bytes / 1e6 / seconds;
    }

    double cpuPerGigabyte() {
        return cpuSeconds / (bytes / 1e9);
    }

    double cpuPerMillion() {
        return cpuSeconds / (records / 1e6);
    }
}
