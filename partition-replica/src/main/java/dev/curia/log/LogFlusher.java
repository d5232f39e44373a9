package dev.curia.log;

import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts a log on disk, one flush at a time, and keeps its recovery point. Thread-safe; never locked by appends.
 *
 * <p>Order: (1) records and indexes of the segments from the recovery point on, (2) the epoch history, (3) the directory, so that the names
 * of new files are durable, (4) only then the recovery point moves.
 */
final class LogFlusher {
    private final Path directory;
    private final LogEnvironment environment;
    private final EpochCheckpoint epochFile;
    private final AtomicInteger truncations = new AtomicInteger();
    private volatile long recoveryPoint;

    // Guarded by this.
    private EpochHistory writtenEpochs;
    // Whether the partition's directory itself, and what it was created with, are durable.
    private boolean namesForced;

    LogFlusher(Path directory, LogEnvironment environment, long recoveryPoint, EpochHistory writtenEpochs) {
        this.directory = directory;
        this.environment = environment;
        this.epochFile = new EpochCheckpoint(environment.files(), directory);
        this.recoveryPoint = recoveryPoint;
        this.writtenEpochs = writtenEpochs;
    }

    long recoveryPoint() {
        return recoveryPoint;
    }

    /** Makes all that {@code view} shows durable. */
    synchronized void flush(LogView view) throws IOException {
        boolean nothingNew =
                view.logEndOffset() <= recoveryPoint && view.epochs().equals(writtenEpochs);
        if (nothingNew && namesForced) return;
        int first = Math.max(0, view.indexOf(recoveryPoint));
        for (Segment segment : view.segments().subList(first, view.segments().size())) {
            segment.force();
            Path snapshot = SegmentFiles.of(directory, segment.baseOffset(), SegmentFiles.SNAPSHOT);
            ProducerFiles.force(environment.files(), snapshot);
        }
        writeEpochs(view.epochs());
        environment.files().forceDirectory(directory);
        Path parent = directory.getParent();
        if (!namesForced && parent != null) environment.files().forceDirectory(parent);
        namesForced = true;
        recoveryPoint = Math.max(recoveryPoint, view.logEndOffset());
    }

    /** How often the log was cut; for {@link #wasCutSince}. Any thread. */
    int truncations() {
        return truncations.get();
    }

    /**
     * Whether the log was cut since {@link #truncations} was asked, and a view taken after that may thus be void. Waits for a cut that is under
     * way. Any thread.
     */
    synchronized boolean wasCutSince(int before) {
        return truncations.get() != before;
    }

    /** Runs a truncation to {@code offset} while no flush is under way; nothing from there on counts as flushed afterwards. */
    synchronized void lower(long offset, Truncation truncation) throws IOException {
        recoveryPoint = Math.min(recoveryPoint, offset);
        LogView after = truncation.run();
        truncations.incrementAndGet();
        writeEpochs(after.epochs());
    }

    private void writeEpochs(EpochHistory epochs) throws IOException {
        if (epochs.equals(writtenEpochs)) return;
        epochFile.write(epochs);
        writtenEpochs = epochs;
    }

    /** Cuts files and answers the log's new view. */
    @FunctionalInterface
    interface Truncation {
        LogView run() throws IOException;
    }
}
