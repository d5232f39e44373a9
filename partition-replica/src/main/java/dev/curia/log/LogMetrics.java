package dev.curia.log;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Every metric of the logs on this broker's disks, all named here. Thread-safe. */
public final class LogMetrics {
    private static final MetricKey FLUSH_SECONDS = histogram(
            "curia_log_flush_seconds",
            "How long it took to put a log's newest records on disk.",
            "The disk is slow or busy. With `curia.durability=fsynced` producers wait for this.");
    private static final MetricKey DELETED_SEGMENTS =
            counter("curia_log_retention_deleted_segments_total", "Segments that retention dropped.", "");
    private static final MetricKey DELETED_BYTES =
            counter("curia_log_retention_deleted_bytes_total", "Bytes of the segments that retention dropped.", "");
    private static final MetricKey CUT_BYTES = counter(
            "curia_log_recovery_cut_bytes_total",
            "Bytes that were never flushed and not whole any more after a crash, cut when their log was opened.",
            "As it should be after a power failure; what the replicas in sync have comes back from them.");
    private static final MetricKey RECOVERY_LEFT = gauge(
            "curia_log_recovery_partitions_left",
            "Partitions that are still to be scanned after an unclean stop.",
            "The broker serves them as they are done; `num.recovery.threads.per.data.dir` makes it faster.");
    private static final MetricKey RECOVERY_EXPECTED =
            gauge("curia_log_recovery_expected_bytes", "Bytes above the recovery points found at start.", "");
    private static final MetricKey RECOVERY_SCANNED =
            gauge("curia_log_recovery_scanned_bytes", "Bytes of them scanned so far.", "");
    private static final MetricKey DIRECTORY_OFFLINE = gauge(
            "curia_log_directory_offline",
            "1 when a log directory failed and is not used until the next start.",
            "Replace or repair the disk and start the broker again; its replicas are made anew.",
            "dir");
    private static final MetricKey DIRECTORY_FULL = gauge(
            "curia_log_directory_full",
            "1 while appends to a log directory are refused for want of space.",
            "Make room: shorter retention, fewer partitions, a larger disk. Nothing is lost.",
            "dir");
    private static final MetricKey DIRECTORY_USABLE = gauge(
            "curia_log_directory_usable_bytes",
            "What can still be written to a log directory's file system.",
            "When low: as above, before it is full.",
            "dir");
    private static final MetricKey DIRECTORY_TOTAL =
            gauge("curia_log_directory_total_bytes", "The size of a log directory's file system.", "", "dir");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(
            DIRECTORY_USABLE,
            DIRECTORY_TOTAL,
            DIRECTORY_FULL,
            DIRECTORY_OFFLINE,
            FLUSH_SECONDS,
            DELETED_SEGMENTS,
            DELETED_BYTES,
            RECOVERY_LEFT,
            RECOVERY_EXPECTED,
            RECOVERY_SCANNED,
            CUT_BYTES);

    private final MeterRegistry registry;
    private final Timer flush;
    private final Counter deletedSegments;
    private final Counter deletedBytes;
    private final Counter cutBytes;

    public LogMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.flush = FLUSH_SECONDS.timer(registry);
        this.deletedSegments = DELETED_SEGMENTS.counter(registry);
        this.deletedBytes = DELETED_BYTES.counter(registry);
        this.cutBytes = CUT_BYTES.counter(registry);
    }

    /** What recovery has to do and has done; asked at scrape time. */
    void watchRecovery(Supplier<Number> partitionsLeft, Supplier<Number> bytesExpected, Supplier<Number> bytesScanned) {
        RECOVERY_LEFT.gauge(registry, partitionsLeft);
        RECOVERY_EXPECTED.gauge(registry, bytesExpected);
        RECOVERY_SCANNED.gauge(registry, bytesScanned);
    }

    /** How a log directory is; asked at scrape time. */
    void watchDirectory(LogDirectory directory) {
        String path = directory.path().toString();
        DIRECTORY_OFFLINE.gauge(registry, () -> directory.isOnline() ? 0 : 1, path);
        DIRECTORY_FULL.gauge(registry, () -> directory.isFull() ? 1 : 0, path);
        DIRECTORY_USABLE.gauge(registry, directory::usableBytes, path);
        DIRECTORY_TOTAL.gauge(registry, directory::totalBytes, path);
    }

    /** One that could not be opened at the start. */
    void watchUnopened(Path path) {
        DIRECTORY_OFFLINE.gauge(registry, () -> 1, path.toString());
    }

    /** Something that puts a log on disk. */
    @FunctionalInterface
    interface Flush {
        void run() throws IOException;
    }

    void timeFlush(Flush work) throws IOException {
        Timer.Sample sample = Timer.start(registry);
        work.run();
        sample.stop(flush);
    }

    void deleted(int segments, long bytes) {
        deletedSegments.increment(segments);
        deletedBytes.increment((double) bytes);
    }

    void cut(long bytes) {
        cutBytes.increment((double) bytes);
    }
}
