package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.NoSpaceException;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what a log appends. When the disk is full, what was written in part is taken back and the log is as before. Each change gives a new
 * view, which its owner publishes. Owner thread.
 */
final class LogWriter {
    private final Path directory;
    private final LogEnvironment environment;
    private final ProducerStates producers;
    private final ProducerFiles snapshots;
    private final BatchView batch = new BatchView();

    LogWriter(Path directory, LogEnvironment environment, ProducerStates producers, ProducerFiles snapshots) {
        this.directory = directory;
        this.environment = environment;
        this.producers = producers;
        this.snapshots = snapshots;
    }

    /** What an append will be, from its batches' headers. */
    record Extent(long firstOffset, long lastOffset, long maxTimestamp, EpochHistory epochs) {}

    Extent measure(ByteBuffer batches, EpochHistory epochs) {
        long first = batch.at(batches, batches.position()).baseOffset();
        long last = first;
        long maxTimestamp = BatchView.NONE;
        for (int at = batches.position(); at < batches.limit(); at += batch.sizeInBytes()) {
            batch.at(batches, at);
            epochs = epochs.assign(batch.leaderEpoch(), batch.baseOffset());
            maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
            last = batch.lastOffset();
        }
        return new Extent(first, last, maxTimestamp, epochs);
    }

    LogView append(LogView now, ByteBuffer batches, Extent extent, LogConfig config, long nowMillis)
            throws IOException {
        Segment active = now.active();
        int zeros;
        try {
            zeros = active.append(
                    batches, batch, config.indexIntervalBytes(), config.fsynced() ? 0 : config.segmentBytes());
            for (int at = batches.position(); at < batches.limit(); at += batch.sizeInBytes()) {
                AbortedTxn aborted = producers.update(batch.at(batches, at), nowMillis);
                if (aborted != null) active.aborted().add(aborted);
            }
        } catch (NoSpaceException e) {
            takeBack(now, extent.firstOffset());
            throw e;
        }
        if (config.fsynced()) zeros = active.prepareAppends(config.segmentBytes());
        environment.space().appended(batches.remaining() + zeros);
        return new LogView(
                now.segments(), now.logStartOffset(), extent.lastOffset() + 1, active.size(), extent.epochs());
    }

    /** The records were written, but not all that belongs to them. */
    private void takeBack(LogView now, long firstOffset) throws IOException {
        if (now.active().size() == now.activeSize()) return;
        try {
            now.active().truncateAt(now.activeSize(), firstOffset);
            producers.truncateTo(now.logEndOffset(), new ProducerRecovery(snapshots, now).reload());
        } catch (NoSpaceException e) {
            throw new IOException("an append could not be taken back from a full disk: " + e.getMessage(), e);
        }
    }

    /** The present segment is not empty. */
    LogView roll(LogView now, LogConfig config) throws IOException {
        long base = now.logEndOffset();
        // What needs room comes first: when there is none, the log is as before.
        List<Segment> segments = new ArrayList<>(now.segments());
        try {
            segments.add(Segment.create(environment.segments(), directory, base, "", config.preallocateBytes()));
            snapshots.write(base, producers);
            now.active().seal();
        } catch (NoSpaceException e) {
            SegmentFiles.delete(environment.files(), directory, base);
            throw e;
        }
        return new LogView(List.copyOf(segments), now.logStartOffset(), base, 0, now.epochs());
    }
}
