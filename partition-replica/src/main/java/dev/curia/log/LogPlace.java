package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.RetiredFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Where a log lies, and what works on its files there. Immutable; a {@link LogMove} gives a log another one. */
record LogPlace(
        Path directory,
        LogEnvironment environment,
        LogFlusher flusher,
        ProducerFiles snapshots,
        LogWriter writer,
        SegmentSwaps swaps) {
    /**
     * @param recoveryPoint everything before it is on disk there
     * @param activeBase of the segment that takes the appends
     * @param storedEpochs what the epoch file there holds
     */
    static LogPlace of(
            Path directory,
            LogEnvironment environment,
            long recoveryPoint,
            long activeBase,
            EpochHistory storedEpochs,
            ProducerStates producers,
            Supplier<LogConfig> config) {
        ProducerFiles snapshots = new ProducerFiles(environment.files(), directory);
        return new LogPlace(
                directory,
                environment,
                new LogFlusher(directory, environment, recoveryPoint, activeBase, storedEpochs),
                snapshots,
                new LogWriter(directory, environment, producers, snapshots),
                new SegmentSwaps(directory, environment, snapshots, config));
    }

    /** Where a log was opened. */
    static LogPlace of(Path directory, LogEnvironment environment, LoadedLog loaded, Supplier<LogConfig> config) {
        long activeBase = loaded.view().active().baseOffset();
        return of(
                directory,
                environment,
                loaded.recoveryPoint(),
                activeBase,
                loaded.storedEpochs(),
                loaded.producers(),
                config);
    }

    /**
     * A failure is that of this place's disk, wherever the log lies by then.
     *
     * @param open what is let go of meanwhile need not be on disk any more
     */
    void flush(TopicPartition name, Supplier<LogView> newest, BooleanSupplier open) {
        try {
            flusher.flush(newest);
        } catch (IOException e) {
            if (e instanceof RetiredFileException && !open.getAsBoolean()) return;
            environment.health().fail("flushing " + name, e);
            throw new StorageException("flushing " + name, e);
        }
    }
}
