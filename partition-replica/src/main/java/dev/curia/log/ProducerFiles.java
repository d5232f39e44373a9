package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.SmallFiles;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.BatchReader;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producers of a log and its {@code .snapshot} files: written at each roll and at close, named by the offset they lead up to. A snapshot
 * that was torn by a crash shows by its checksum; an older one, or the log itself, takes its place.
 */
final class ProducerFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerFiles.class);
    private static final int CHUNK_BYTES = 64 << 10;

    /**
     * A snapshot holds one batch a producer, duplicates are told from five: so much of the log before a snapshot is looked at for the others.
     */
    private static final int OLDER_BYTES = 4 << 20;

    private ProducerFiles() {}

    /** Not forced. */
    static void write(FileSystem files, Path directory, long offset, ProducerStates producers) throws IOException {
        try (LogFile file = files.open(SegmentFiles.of(directory, offset, SegmentFiles.SNAPSHOT))) {
            file.truncate(0);
            file.append(producers.snapshot());
        }
    }

    static void force(FileSystem files, Path snapshot) throws IOException {
        if (!files.exists(snapshot)) return;
        try (LogFile file = files.open(snapshot)) {
            file.force();
        }
    }

    /** Replaces {@code producers} by what the newest usable snapshot and the log behind it say. Removes snapshots that are of no use. */
    static void load(FileSystem files, Path directory, LogView view, ProducerStates producers) throws IOException {
        long from = restore(files, directory, view, producers);
        ProducerStates recent = new ProducerStates();
        for (Segment segment : view.segments()) {
            boolean last = segment == view.active();
            int next = view.segments().indexOf(segment) + 1;
            if (!last && view.segments().get(next).baseOffset() <= from) continue;
            scan(segment, view.endOf(segment), from, producers, recent);
        }
        producers.mergeOlder(recent);
    }

    /** The offset that the state was restored to. */
    private static long restore(FileSystem files, Path directory, LogView view, ProducerStates producers)
            throws IOException {
        NavigableSet<Long> offsets = new TreeSet<>();
        for (Path file : files.list(directory)) {
            OptionalLong offset = SegmentFiles.offsetOf(file, SegmentFiles.SNAPSHOT);
            if (offset.isPresent()) offsets.add(offset.getAsLong());
        }
        for (long offset : offsets.descendingSet()) {
            Path file = SegmentFiles.of(directory, offset, SegmentFiles.SNAPSHOT);
            boolean inLog = offset <= view.logEndOffset()
                    && offset >= view.segments().get(0).baseOffset();
            if (inLog && producers.restore(SmallFiles.read(files, file))) return offset;
            if (inLog) LOG.warn("{} is damaged and is removed; the producers are found in the log instead", file);
            files.delete(file);
        }
        producers.clear();
        return view.segments().get(0).baseOffset();
    }

    private static void scan(Segment segment, int end, long from, ProducerStates producers, ProducerStates recent)
            throws IOException {
        int start = segment.baseOffset() >= from ? 0 : segment.positionOf(from, end);
        int behind = start < 0 ? end : start;
        LogFile file = segment.file().acquire();
        try {
            int older = segment.boundaryBefore(behind - OLDER_BYTES);
            BatchReader before = new BatchReader(file, older, behind, CHUNK_BYTES);
            while (next(before)) recent.update(before.batch());
            BatchReader batches = new BatchReader(file, behind, end, CHUNK_BYTES);
            while (next(batches)) producers.update(batches.batch());
        } finally {
            segment.file().release();
        }
    }

    private static boolean next(BatchReader batches) throws IOException {
        if (!batches.next(false)) return false;
        BatchView batch = batches.batch();
        return !(batch.isControl() && batch.hasProducerId()) || batches.loadWhole();
    }
}
