package dev.curia.bench.load;

/** What was done within a window. CPU seconds are those of all servers. */
public record Work(double seconds, long records, long bytes, double cpuSeconds) {
    /** The same done at another cost. */
    public Work withCpuSeconds(double other) {
        return new Work(seconds, records, bytes, other);
    }

    public double megabytesASecond() {
        return bytes / 1e6 / seconds;
    }

    public double cpuPerGigabyte() {
        return cpuSeconds / (bytes / 1e9);
    }

    public double cpuPerMillion() {
        return cpuSeconds / (records / 1e6);
    }
}
