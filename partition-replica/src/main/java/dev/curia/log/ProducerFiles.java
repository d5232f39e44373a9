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
        int first = Math.max(0, view.indexOf(from));
        Segment firstSegment = view.segments().get(first);
        int found = firstSegment.positionOf(from, view.endOf(firstSegment));
        int start = found < 0 ? view.endOf(firstSegment) : found;

        int oldest = first;
        long olderBytes = start;
        while (olderBytes < OLDER_BYTES && oldest > 0)
            olderBytes += view.segments().get(--oldest).size();
        ProducerStates recent = new ProducerStates();
        for (int i = oldest; i < view.segments().size(); i++) {
            Segment segment = view.segments().get(i);
            int end = view.endOf(segment);
            int skip = i == oldest ? (int) Math.max(0, olderBytes - OLDER_BYTES) : 0;
            if (i <= first) scan(segment, segment.boundaryBefore(skip), i == first ? start : end, recent);
            if (i >= first) scan(segment, i == first ? start : 0, end, producers);
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

    private static void scan(Segment segment, int start, int end, ProducerStates producers) throws IOException {
        LogFile file = segment.file().acquire();
        try {
            BatchReader batches = new BatchReader(file, start, end, CHUNK_BYTES);
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
