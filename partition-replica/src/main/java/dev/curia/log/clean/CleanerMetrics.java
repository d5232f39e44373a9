package dev.curia.log.clean;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Every metric of compaction on this broker, all named here. Thread-safe. */
public final class CleanerMetrics {
    private final MeterRegistry registry;
    private final Counter completed;
    private final Counter partial;
    private final Counter aborted;
    private final Counter failed;
    private final Counter bytesRead;
    private final Counter bytesWritten;
    private final Counter undecodable;
    private final Timer time;

    public CleanerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.completed = runs("completed");
        this.partial = runs("partial");
        this.aborted = runs("aborted");
        this.failed = runs("failed");
        this.bytesRead = counter("curia_cleaner_read_bytes", "Bytes that compaction read.");
        this.bytesWritten = counter("curia_cleaner_written_bytes", "Bytes that compaction wrote.");
        this.undecodable = counter(
                "curia_cleaner_undecodable_batches",
                "Batches that compaction met and kept as they are, since their records cannot be decoded.");
        this.time = Timer.builder("curia_cleaner_seconds")
                .description("How long compacting one log took, waiting for the throttle included.")
                .publishPercentileHistogram()
                .register(registry);
    }

    /** Gauges over all logs that are compacted; asked at scrape time, must be thread-safe and cheap. */
    void watch(Gauges gauges) {
        gauge(
                "curia_cleaner_max_dirty_ratio",
                "The largest share of a log that waits for compaction, as of the last look at the logs.",
                gauges.maxDirtyRatio());
        gauge(
                "curia_cleaner_uncleanable_partitions",
                "Partitions whose last compaction failed; each is tried again.",
                gauges.uncleanable());
        gauge(
                "curia_cleaner_oldest_overdue_seconds",
                "For how long the partition that waits longest has been due for compaction; 0: none is due.",
                gauges.oldestOverdueSeconds());
        gauge(
                "curia_cleaner_last_failure_timestamp_seconds",
                "When a compaction failed last, in seconds since 1970; 0: none has.",
                gauges.lastFailureSeconds());
    }

    /** What {@link #watch} asks. */
    record Gauges(
            Supplier<Number> maxDirtyRatio,
            Supplier<Number> uncleanable,
            Supplier<Number> oldestOverdueSeconds,
            Supplier<Number> lastFailureSeconds) {}

    void finished(LogCleaning.Report report, long nanos) {
        (report.complete() ? completed : partial).increment();
        undecodable.increment((double) report.undecodable());
        time.record(nanos, TimeUnit.NANOSECONDS);
    }

    void aborted() {
        aborted.increment();
    }

    void failed() {
        failed.increment();
    }

    void read(long bytes) {
        bytesRead.increment((double) bytes);
    }

    void written(long bytes) {
        bytesWritten.increment((double) bytes);
    }

    private Counter runs(String result) {
        return Counter.builder("curia_cleaner_runs")
                .description("Compactions of a log, by how they ended; after a partial one the log is due again.")
                .tag("result", result)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
