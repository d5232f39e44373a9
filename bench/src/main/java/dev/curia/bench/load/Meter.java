package dev.curia.bench.load;

import dev.curia.common.time.Clock;

/** Reads clock and processor time together, at the beginning and at the end of a window. Not thread-safe. */
public final class Meter {
    private final Clock clock;
    private final ServerUsage usage;
    private long nanos;
    private double cpuSeconds;
    private long records;

    public Meter(Clock clock, ServerUsage usage) {
        this.clock = clock;
        this.usage = usage;
    }

    /** @param recordsSoFar that do not count */
    public void begin(long recordsSoFar) {
        records = recordsSoFar;
        cpuSeconds = usage.cpuSeconds();
        nanos = clock.monotonicNanos();
        usage.window().begin();
    }

    public Work end(long recordsSoFar, int recordBytes) {
        double seconds = (clock.monotonicNanos() - nanos) / 1e9;
        long done = recordsSoFar - records;
        if (done <= 0) throw new IllegalStateException("nothing was done within " + seconds + " s");
        Work work = new Work(seconds, done, done * recordBytes, usage.cpuSeconds() - cpuSeconds);
        usage.window().end();
        return work;
    }
}
