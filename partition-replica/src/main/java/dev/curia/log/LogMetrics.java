package dev.curia.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Every metric of the logs on this broker's disks, all named here. Thread-safe. */
public final class LogMetrics {
    private final MeterRegistry registry;
    private final Timer flush;
    private final Counter deletedSegments;
    private final Counter deletedBytes;
    private final Counter cutBytes;

    public LogMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.flush = Timer.builder("curia_log_flush_seconds")
                .description("How long it took to put a log's newest records on disk.")
                .publishPercentileHistogram()
                .register(registry);
        this.deletedSegments =
                counter(registry, "curia_log_retention_deleted_segments", "Segments that retention dropped.");
        this.deletedBytes =
                counter(registry, "curia_log_retention_deleted_bytes", "Bytes of the segments that retention dropped.");
        this.cutBytes = counter(
                registry,
                "curia_log_recovery_cut_bytes",
                "Bytes that were never flushed and not whole any more after a crash, cut when their log was opened.");
    }

    /** What recovery has to do and has done; asked at scrape time. */
    void watchRecovery(Supplier<Number> partitionsLeft, Supplier<Number> bytesExpected, Supplier<Number> bytesScanned) {
        gauge(
                "curia_log_recovery_partitions_left",
                "Partitions that are still to be scanned after an unclean stop.",
                partitionsLeft);
        gauge("curia_log_recovery_expected_bytes", "Bytes above the recovery points found at start.", bytesExpected);
        gauge("curia_log_recovery_scanned_bytes", "Bytes of them scanned so far.", bytesScanned);
    }

    /** How a log directory is; asked at scrape time. */
    void watchDirectory(LogDirectory directory) {
        Path path = directory.path();
        offline(path, () -> directory.isOnline() ? 0 : 1);
        directoryGauge(
                path,
                "curia_log_directory_full",
                "1 while appends to a log directory are refused for want of space.",
                () -> directory.isFull() ? 1 : 0);
        directoryGauge(
                path,
                "curia_log_directory_usable_bytes",
                "What can still be written to a log directory.",
                directory::usableBytes);
        directoryGauge(
                path,
                "curia_log_directory_total_bytes",
                "The size of a log directory's file system.",
                directory::totalBytes);
    }

    /** One that could not be opened at the start. */
    void watchUnopened(Path path) {
        offline(path, () -> 1);
    }

    private void offline(Path path, Supplier<Number> value) {
        directoryGauge(
                path,
                "curia_log_directory_offline",
                "1 when a log directory failed and is not used until the next start.",
                value);
    }

    private void directoryGauge(Path path, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .tag("dir", path.toString())
                .register(registry);
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

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
