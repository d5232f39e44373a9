package dev.curia.admin.perf;

import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;

/** Adds up what is done, and tells of each interval as it ends. Used by one thread. */
public final class Meter {
    private final Clock clock;
    private final Duration interval;
    private final Consumer<Report> progress;
    private final Histogram all = new Histogram();
    private final Histogram recent = new Histogram();
    private final long start;
    private long last;
    private long records;
    private long bytes;
    private long recentRecords;
    private long recentBytes;
    private long intervalStart;

    /** @param progress is told of each interval */
    public Meter(Clock clock, Duration interval, Consumer<Report> progress) {
        this.clock = clock;
        this.interval = interval;
        this.progress = progress;
        this.start = clock.monotonicNanos();
        this.intervalStart = start;
        this.last = start;
    }

    /** A record is done. */
    public void done(long recordBytes, long latencyNanos) {
        recent.record(latencyNanos);
        done(recordBytes);
    }

    /** A record is done of which nobody knows how long it took. */
    public void done(long recordBytes) {
        recentRecords++;
        recentBytes += recordBytes;
        last = clock.monotonicNanos();
        if (last - intervalStart < interval.toNanos()) return;
        progress.accept(new Report(recentRecords, recentBytes, last - intervalStart, recent));
        fold();
        intervalStart = last;
    }

    private void fold() {
        all.add(recent);
        recent.clear();
        records += recentRecords;
        bytes += recentBytes;
        recentRecords = 0;
        recentBytes = 0;
    }

    /** Of everything, from the beginning until the last record. */
    public Report total() {
        fold();
        return new Report(records, bytes, last - start, all);
    }
}
