package dev.curia.log;

import dev.curia.common.time.Timers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the scan of a directory's unflushed segments has come after an unclean stop: a log line every few seconds, and gauges. Thread-safe. */
final class RecoveryProgress {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryProgress.class);
    private static final long REPORT_SECONDS = 5;

    private final Path directory;
    private final Timers timers;
    private final AtomicInteger partitionsLeft = new AtomicInteger();
    private final AtomicLong expectedBytes = new AtomicLong();
    private final AtomicLong scannedBytes = new AtomicLong();
    private final AtomicInteger scanning = new AtomicInteger();
    private final AtomicBoolean reporting = new AtomicBoolean();
    private final AtomicLong reportedBytes = new AtomicLong();

    RecoveryProgress(Path directory, Timers timers) {
        this.directory = directory;
        this.timers = timers;
    }

    /** What was found when the directory was opened. */
    void expect(int partitions, long bytes) {
        partitionsLeft.set(partitions);
        expectedBytes.set(bytes);
        if (bytes > 0) {
            LOG.info(
                    "{} was not closed cleanly: {} partitions with {} bytes above their recovery points are to be scanned",
                    directory,
                    partitions,
                    bytes);
        }
    }

    /** A partition's scan begins. */
    void begin() {
        scanning.incrementAndGet();
        if (!reporting.getAndSet(true)) schedule();
    }

    void scanned(long bytes) {
        scannedBytes.addAndGet(bytes);
    }

    /** A partition's scan ended, however. */
    void end() {
        scanning.decrementAndGet();
        partitionsLeft.updateAndGet(left -> Math.max(0, left - 1));
    }

    int partitionsLeft() {
        return partitionsLeft.get();
    }

    long expectedBytes() {
        return expectedBytes.get();
    }

    long scannedBytes() {
        return scannedBytes.get();
    }

    private void schedule() {
        timers.schedule(TimeUnit.SECONDS.toNanos(REPORT_SECONDS), this::report);
    }

    private void report() {
        if (scanning.get() == 0) {
            reporting.set(false);
            if (scanning.get() > 0 && !reporting.getAndSet(true)) schedule();
            return;
        }
        long scanned = scannedBytes.get();
        long rate = (scanned - reportedBytes.getAndSet(scanned)) / REPORT_SECONDS;
        long left = Math.max(0, expectedBytes.get() - scanned);
        LOG.info(
                "recovering {}: {} of {} MiB scanned, {} partitions left, {} MiB/s, {}",
                directory,
                scanned >> 20,
                expectedBytes.get() >> 20,
                partitionsLeft.get(),
                rate >> 20,
                rate == 0 ? "no progress" : "about " + (left / rate + 1) + " s to go");
        schedule();
    }
}
