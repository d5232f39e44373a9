package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.batch.BatchCheck;
import dev.curia.log.batch.BatchValidator;
import dev.curia.log.batch.BatchView;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.BatchReader;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.OpenFiles;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import dev.curia.log.segment.ZeroTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a partition's directory. After a clean stop nothing is scanned. Otherwise every batch of the segments that reach behind the recovery
 * point is checked: what is damaged behind it was never promised to be durable and is cut, with all that follows; what is damaged before it
 * makes the opening fail. Indexes that are missing or damaged are built anew.
 */
final class LogLoader {
    private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);
    private static final int SCAN_CHUNK_BYTES = 1 << 20;
    private static final int END_CHUNK_BYTES = 4096;

    private final TopicPartition name;
    private final Path directory;
    private final FileSystem files;
    private final OpenFiles segmentFiles;
    private final RecoveryProgress recovery;
    private final LogMetrics metrics;
    private final LogConfig config;
    private final Start start;
    private final BatchValidator validator = new BatchValidator();

    private final List<Segment> segments = new ArrayList<>();
    private EpochHistory epochs = EpochHistory.EMPTY;
    private long recoveryPoint;
    // What the segment loaded last reaches to; -1: not known, since it was not scanned.
    private long scannedTo = -1;
    // Of the batches scanned.
    private int lastEpoch = -1;
    private boolean cut;
    private final Set<Long> withAborted = new HashSet<>();
    // Segments whose aborted transactions are to be indexed anew.
    private final List<Segment> unindexed = new ArrayList<>();
    // Whether files were written although the stop was clean.
    private boolean changed;

    /**
     * What the directory's checkpoints know.
     *
     * @param clean whether the last stop left everything in its files
     */
    record Start(long recoveryPoint, long logStartOffset, long highWatermark, boolean clean) {}

    LogLoader(TopicPartition name, Path directory, LogEnvironment environment, LogConfig config, Start start) {
        this.name = name;
        this.directory = directory;
        this.files = environment.files();
        this.segmentFiles = environment.segments();
        this.recovery = environment.recovery();
        this.metrics = environment.metrics();
        this.config = config;
        this.start = start;
        this.recoveryPoint = start.recoveryPoint();
    }

    LoadedLog load() throws IOException {
        if (start.clean()) return open();
        recovery.begin();
        try {
            return open();
        } finally {
            recovery.end();
        }
    }

    private LoadedLog open() throws IOException {
        files.createDirectories(directory);
        EpochHistory storedEpochs = new EpochCheckpoint(files, directory).read();
        epochs = storedEpochs;
        List<Long> bases = tidy();
        for (int i = 0; i < bases.size() && !cut; i++) {
            long end = i + 1 < bases.size() ? bases.get(i + 1) : Long.MAX_VALUE;
            loadSegment(bases.get(i), end);
            if (cut) drop(bases.subList(i + 1, bases.size()));
        }
        LogView view = view();
        unindexed.retainAll(segments);
        ProducerStates producers = new ProducerRecovery(new ProducerFiles(files, directory), view)
                .load(start.clean() ? Long.MAX_VALUE : start.recoveryPoint(), start.highWatermark(), unindexed);
        return new LoadedLog(
                view, producers, Math.min(recoveryPoint, view.logEndOffset()), storedEpochs, start.clean() && !changed);
    }

    private LogView view() throws IOException {
        long end = end();
        if (segments.isEmpty() || end < start.logStartOffset()) {
            if (!segments.isEmpty()) {
                LOG.warn(
                        "{} ends at {}, before its start offset {}: it starts over", name, end, start.logStartOffset());
                drop(segments.stream().map(Segment::baseOffset).toList());
                segments.forEach(Segment::abandon);
                segments.clear();
            }
            end = start.logStartOffset();
            recoveryPoint = Math.min(recoveryPoint, end);
            changed = true;
            segments.add(Segment.create(segmentFiles, directory, end, "", 0));
        }
        Segment active = segments.get(segments.size() - 1);
        active.thaw();
        for (Segment segment : segments) if (segment != active) segment.seal();
        long first = Math.max(start.logStartOffset(), segments.get(0).baseOffset());
        epochs = epochs.truncateFromEnd(end).truncateFromStart(first);
        return new LogView(List.copyOf(segments), first, end, active.size(), epochs);
    }

    private long end() throws IOException {
        if (segments.isEmpty()) return -1;
        return scannedTo >= 0 ? scannedTo : segments.get(segments.size() - 1).nextOffset();
    }

    /** Removes what a crash left half done; answers the base offsets of the segments, in order. */
    private List<Long> tidy() throws IOException {
        new SwapRecovery(files, directory).run();
        TreeSet<Long> bases = new TreeSet<>();
        List<Path> all = files.list(directory);
        for (Path file : all) {
            String fileName = String.valueOf(file.getFileName());
            if (fileName.endsWith(SegmentFiles.DELETED) || fileName.endsWith(".tmp")) files.delete(file);
            OptionalLong base = SegmentFiles.offsetOf(file, SegmentFiles.LOG);
            if (base.isPresent()) bases.add(base.getAsLong());
        }
        for (Path file : all) {
            for (String suffix : List.of(SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX, SegmentFiles.TXN_INDEX)) {
                OptionalLong base = SegmentFiles.offsetOf(file, suffix);
                if (base.isPresent() && !bases.contains(base.getAsLong())) files.delete(file);
            }
            SegmentFiles.offsetOf(file, SegmentFiles.TXN_INDEX).ifPresent(withAborted::add);
        }
        // Dropped before the stop, as the log's start says; their removal was not finished.
        while (bases.size() > 1 && Objects.requireNonNull(bases.higher(bases.first())) <= start.logStartOffset()) {
            drop(List.of(bases.pollFirst()));
        }
        return List.copyOf(bases);
    }

    /** @param nextBase the base of the next segment */
    private void loadSegment(long base, long nextBase) throws IOException {
        if (start.clean() || nextBase <= recoveryPoint) {
            Segment segment = Segment.sealed(segmentFiles, directory, base);
            scannedTo = -1;
            String defect = segment.indexDefect();
            // It was flushed up to its end, but perhaps before it was sealed.
            if (defect == null && !start.clean() && nextBase == recoveryPoint) defect = endDefect(segment, nextBase);
            if (defect == null) {
                checkAborted(segment);
                segments.add(segment);
                return;
            }
            LOG.warn("{}: the indexes of segment {} are built anew: {}", name, base, defect);
            changed = true;
            // Only the indexes: the epochs on disk know of later segments too.
            EpochHistory stored = epochs;
            rebuild(base, nextBase, Long.MAX_VALUE);
            epochs = stored;
            scannedTo = -1;
            return;
        }
        if (scannedTo >= 0 && base > scannedTo && !config.compacted() && scannedTo >= recoveryPoint) {
            LOG.warn("{}: records from offset {} to {} were never flushed and are lost", name, scannedTo, base - 1);
            drop(List.of(base));
            cut = true;
            return;
        }
        if (base < scannedTo && scannedTo > recoveryPoint) {
            // It was dropped when the log was cut before it; the log grew past it, and then its removal was lost.
            LOG.warn("{}: segment {} was cut from the log before and is removed again", name, base);
            drop(List.of(base));
            cut = true;
            return;
        }
        if (segments.isEmpty() || scannedTo < 0) epochs = epochs.truncateFromEnd(base);
        rebuild(base, nextBase, recoveryPoint);
    }

    /**
     * What shows, without reading all of it, that the segment does not end with a whole batch before {@code offset}, or was never sealed, so that
     * its indexes on disk may lack its newest records; null: nothing.
     */
    private static @Nullable String endDefect(Segment segment, long offset) throws IOException {
        LogFile file = segment.file().acquire();
        try {
            int lastIndexed = segment.boundaryBefore(segment.size());
            BatchReader batches = new BatchReader(file, lastIndexed, segment.size(), END_CHUNK_BYTES);
            long next = segment.baseOffset();
            long newest = BatchView.NONE;
            while (batches.next(false)) {
                next = batches.batch().lastOffset() + 1;
                newest = Math.max(newest, batches.batch().maxTimestamp());
            }
            if (batches.defect() != null) return batches.defect();
            if (next != offset) return segment.path() + " ends before offset " + next + ", expected " + offset;
            return newest > segment.maxTimestamp() ? "there is no entry for its newest time, " + newest : null;
        } finally {
            segment.file().release();
        }
    }

    private void checkAborted(Segment segment) throws IOException {
        if (!withAborted.contains(segment.baseOffset())) {
            segment.aborted().knownAbsent();
            return;
        }
        String defect = segment.aborted().defect();
        if (defect == null) return;
        LOG.warn("{}: the transaction index of segment {} is built anew: {}", name, segment.baseOffset(), defect);
        unindexed.add(segment);
    }

    /**
     * Checks every batch and indexes it.
     *
     * @param nextBase the base of the next segment
     * @param trusted damage before this offset is an error, damage behind it is cut
     */
    private void rebuild(long base, long nextBase, long trusted) throws IOException {
        Segment segment = Segment.rebuilding(segmentFiles, directory, base);
        LogFile file = segment.file().acquire();
        long next = Math.max(base, scannedTo);
        boolean markers = false;
        try {
            BatchReader batches = new BatchReader(file, 0, segment.size(), SCAN_CHUNK_BYTES);
            String defect = null;
            while (defect == null && batches.next(true)) {
                BatchView batch = batches.batch();
                defect = defect(segment, batch, next);
                if (defect != null) break;
                segment.index(batch, (int) batches.position(), config.indexIntervalBytes());
                epochs = epochs.assign(batch.leaderEpoch(), batch.baseOffset());
                markers |= batch.isControl() && batch.hasProducerId();
                next = batch.lastOffset() + 1;
                lastEpoch = Math.max(lastEpoch, batch.leaderEpoch());
                recovery.scanned(batch.sizeInBytes());
            }
            if (defect == null) defect = batches.defect();
            if (defect != null && next == nextBase && ZeroTail.isFrom((int) batches.position(), segment)) {
                segment.truncateAt((int) batches.position(), next); // Preallocated, and not given back.
            } else if (defect != null) {
                if (next < trusted) throw new CorruptSegmentException(segment.path(), batches.position(), defect);
                cutTail(segment, (int) batches.position(), next, defect);
            }
        } catch (IOException e) {
            segment.abandon();
            throw e;
        } finally {
            segment.file().release();
        }
        if (markers) unindexed.add(segment);
        else segment.aborted().clear();
        segments.add(segment);
        scannedTo = next;
    }

    private @Nullable String defect(Segment segment, BatchView batch, long next) {
        BatchCheck check = validator.checkStructure(batch.slice(), 0);
        if (!check.ok()) return check.message();
        if (batch.baseOffset() < next) {
            return "a batch has base offset " + batch.baseOffset() + ", expected " + next + " or later";
        }
        if (batch.leaderEpoch() >= 0 && batch.leaderEpoch() < lastEpoch) {
            // Left of a log that was cut: the cut was not yet on disk, what was written over it was.
            return "a batch of leader epoch " + batch.leaderEpoch() + " follows one of epoch " + lastEpoch;
        }
        return segment.canHold(batch.lastOffset()) ? null : "a batch reaches offset " + batch.lastOffset();
    }

    private void cutTail(Segment segment, int position, long next, String defect) throws IOException {
        if (ZeroTail.isFrom(position, segment)) {
            segment.truncateAt(position, next); // Preallocated, or extended but never written: no record was there.
            cut = true;
            return;
        }
        metrics.cut(segment.size() - position);
        LOG.warn(
                "{}: {} bytes at the end of {} were never flushed and are cut from position {}, offset {}: {}",
                name,
                segment.size() - position,
                segment.path(),
                position,
                next,
                defect);
        segment.truncateAt(position, next);
        cut = true;
    }

    private void drop(List<Long> bases) throws IOException {
        for (int i = bases.size() - 1; i >= 0; i--) {
            long base = bases.get(i);
            LOG.info("{}: segment {} is not part of the log any more and is removed", name, base);
            SegmentFiles.delete(files, directory, base);
        }
    }
}
