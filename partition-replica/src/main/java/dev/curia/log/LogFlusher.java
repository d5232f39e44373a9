package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NoSpaceException;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a log on disk, one flush at a time, and keeps its recovery point. Thread-safe; never locked by appends.
 *
 * <p>Order: (1) the topic id, (2) records and indexes of the segments from the recovery point on, (3) the epoch history, (4) the directory, so that the
 * names of new files are durable, (5) only then the recovery point moves.
 */
final class LogFlusher {
    private static final Logger LOG = LoggerFactory.getLogger(LogFlusher.class);

    private final Path directory;
    private final LogEnvironment environment;
    private final EpochCheckpoint epochFile;
    private final ProducerFiles snapshots;
    private final AtomicInteger truncations = new AtomicInteger();
    private volatile long recoveryPoint;
    // Every segment before it was forced after it was sealed, with its indexes. Written as the others below.
    private volatile long sealedTo;

    // Guarded by this.
    private EpochHistory writtenEpochs;
    // Never written before it: a log with epochs on disk is one whose topic is known.
    private boolean topicIdForced;
    // Whether the partition's directory itself is durable.
    private boolean directoryForced;
    // The base offset of the newest segment whose files' names are durable; -1: none is known to be.
    private long namedSegment = -1;
    // Whether the log lies elsewhere by now, or is about to be deleted.
    private boolean ended;
    // The lowest offset of the cuts that nobody asked for yet.
    private final AtomicLong lowestCut = new AtomicLong(Long.MAX_VALUE);

    /**
     * @param recoveryPoint everything before it is on disk
     * @param activeBase of the segment that takes the appends: its indexes are not on disk yet
     * @param writtenEpochs what the epoch file holds
     */
    LogFlusher(
            Path directory,
            LogEnvironment environment,
            long recoveryPoint,
            long activeBase,
            EpochHistory writtenEpochs) {
        this.directory = directory;
        this.environment = environment;
        this.epochFile = new EpochCheckpoint(environment.files(), directory);
        this.snapshots = new ProducerFiles(environment.files(), directory);
        this.recoveryPoint = recoveryPoint;
        this.writtenEpochs = writtenEpochs;
        this.topicIdForced = writtenEpochs.lastEpoch().isPresent();
        this.sealedTo = Math.min(recoveryPoint, activeBase);
    }

    long recoveryPoint() {
        return recoveryPoint;
    }

    /** No flush looks for the files of segments that end before it. */
    long done() {
        return Math.min(recoveryPoint, sealedTo);
    }

    /** Makes all that {@code newest} shows durable; it is asked when no other flush or truncation is under way. */
    synchronized void flush(Supplier<LogView> newest) throws IOException {
        if (ended) return;
        LogView view = newest.get();
        boolean nothingNew = view.logEndOffset() <= recoveryPoint
                && view.active().baseOffset() <= sealedTo
                && view.epochs().equals(writtenEpochs);
        if (nothingNew && directoryForced) return;
        environment.metrics().timeFlush(() -> flush(view));
        recoveryPoint = Math.max(recoveryPoint, view.logEndOffset());
    }

    /** As {@link #flush}, for the last time: the active segment is sealed, so its indexes and all names are forced whatever is new. */
    synchronized void flushSealed(LogView view) throws IOException {
        namedSegment = -1;
        flush(view);
        recoveryPoint = Math.max(recoveryPoint, view.logEndOffset());
    }

    /** The log lies elsewhere, or is about to be deleted: no flush is under way here when this returns, and none does anything later. */
    synchronized void end() {
        ended = true;
    }

    private void flush(LogView view) throws IOException {
        FileSystem files = environment.files();
        forceTopicId();
        int first = Math.max(0, view.indexOf(Math.min(recoveryPoint, sealedTo)));
        for (Segment segment : view.segments().subList(first, view.segments().size())) {
            segment.force();
            if (segment.baseOffset() > namedSegment) snapshots.force(segment.baseOffset());
        }
        writeEpochs(view.epochs());
        // An append to a file that has its name costs one force, no more.
        if (view.active().baseOffset() != namedSegment) files.forceDirectory(directory);
        namedSegment = view.active().baseOffset();
        sealedTo = namedSegment;
        Path parent = directory.getParent();
        if (!directoryForced && parent != null) files.forceDirectory(parent);
        directoryForced = true;
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

    /** The lowest offset at which the log was cut since this was asked last, by the one who asks; {@link Long#MAX_VALUE}: it was not. */
    long lowestCut() {
        return lowestCut.getAndSet(Long.MAX_VALUE);
    }

    /** Runs a truncation to {@code offset} while no flush is under way; nothing from there on counts as flushed afterwards. */
    void lower(TopicPartition log, long offset, Truncation truncation) throws IOException {
        environment.checkpoints().lower(log, offset);
        lower(offset, truncation);
        // Once more: a checkpoint that was written meanwhile knew the log as it was.
        environment.checkpoints().lower(log, offset);
    }

    private synchronized void lower(long offset, Truncation truncation) throws IOException {
        recoveryPoint = Math.min(recoveryPoint, offset);
        LogView after = truncation.run();
        namedSegment = -1;
        sealedTo = Math.min(sealedTo, offset);
        truncations.incrementAndGet();
        lowestCut.accumulateAndGet(offset, Math::min);
        try {
            writeEpochs(after.epochs());
        } catch (NoSpaceException e) {
            // The file names epochs behind the log's end, as after a crash: they are ignored, and the next flush writes
            // it.
            LOG.debug("the epochs of {} are written with the next flush", directory, e);
        }
    }

    private void forceTopicId() throws IOException {
        if (topicIdForced) return;
        PartitionMetadata.force(environment.files(), directory);
        topicIdForced = true;
    }

    private void writeEpochs(EpochHistory epochs) throws IOException {
        if (epochs.equals(writtenEpochs)) return;
        forceTopicId();
        epochFile.write(epochs);
        writtenEpochs = epochs;
    }

    /** Cuts files and answers the log's new view. */
    @FunctionalInterface
    interface Truncation {
        LogView run() throws IOException;
    }
}
