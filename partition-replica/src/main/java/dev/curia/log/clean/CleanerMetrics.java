package dev.curia.log.clean;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Every metric of compaction on this broker, all named here. Thread-safe. */
public final class CleanerMetrics {
    private static final MetricKey RUNS = counter(
            "curia_cleaner_runs_total",
            "Compactions of a log, by how they ended; after a `partial` one the log is due again.",
            "`failed` is tried again: the broker's log has the reason. `partial` often: `log.cleaner.dedupe.buffer.size` is too small for the keys.",
            "result");
    private static final MetricKey READ_BYTES = counter(
            "curia_cleaner_read_bytes_total",
            "Bytes that compaction read.",
            "Bounded by `log.cleaner.io.max.bytes.per.second`.");
    private static final MetricKey WRITTEN_BYTES =
            counter("curia_cleaner_written_bytes_total", "Bytes that compaction wrote.", "");
    private static final MetricKey UNDECODABLE = counter(
            "curia_cleaner_undecodable_batches_total",
            "Batches that compaction met and kept as they are, since their records cannot be decoded.",
            "Some client compresses wrongly; the records are kept for ever.");
    private static final MetricKey SECONDS = histogram(
            "curia_cleaner_seconds", "How long compacting one log took, waiting for the throttle included.", "");
    private static final MetricKey DIRTY_RATIO = gauge(
            "curia_cleaner_max_dirty_ratio",
            "The largest share of a log that waits for compaction, as of the last look at the logs.",
            "Staying far above `min.cleanable.dirty.ratio`: compaction is too slow, see `log.cleaner.threads` and the throttle.");
    private static final MetricKey UNCLEANABLE = gauge(
            "curia_cleaner_uncleanable_partitions",
            "Partitions whose last compaction failed; each is tried again.",
            "The broker's log has the reason for each. Such a log grows.");
    private static final MetricKey OVERDUE = gauge(
            "curia_cleaner_oldest_overdue_seconds",
            "For how long the partition that waits longest has been due for compaction; 0: none is due.",
            "Compaction is too slow: see `log.cleaner.threads` and the throttle.");
    private static final MetricKey LAST_FAILURE = gauge(
            "curia_cleaner_last_failure_timestamp_seconds",
            "When a compaction failed last, in seconds since 1970; 0: none has.",
            "");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(
            RUNS, SECONDS, READ_BYTES, WRITTEN_BYTES, DIRTY_RATIO, OVERDUE, UNCLEANABLE, LAST_FAILURE, UNDECODABLE);

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
        this.completed = RUNS.counter(registry, "completed");
        this.partial = RUNS.counter(registry, "partial");
        this.aborted = RUNS.counter(registry, "aborted");
        this.failed = RUNS.counter(registry, "failed");
        this.bytesRead = READ_BYTES.counter(registry);
        this.bytesWritten = WRITTEN_BYTES.counter(registry);
        this.undecodable = UNDECODABLE.counter(registry);
        this.time = SECONDS.timer(registry);
    }

    /** Gauges over all logs that are compacted; asked at scrape time, must be thread-safe and cheap. */
    void watch(Gauges gauges) {
        DIRTY_RATIO.gauge(registry, gauges.maxDirtyRatio());
        UNCLEANABLE.gauge(registry, gauges.uncleanable());
        OVERDUE.gauge(registry, gauges.oldestOverdueSeconds());
        LAST_FAILURE.gauge(registry, gauges.lastFailureSeconds());
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
}
