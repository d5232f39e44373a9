package dev.curia.log;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.BatchReader;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what {@link SegmentSwaps} was at when the process or the machine went down, before the log is opened. A swap whose records have the
 * name {@code .swap} is finished: it takes the place of all segments from its base to its end. Everything else it wrote is removed. May be
 * interrupted and begun again.
 */
final class SwapRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SwapRecovery.class);
    private static final List<String> INDEXES =
            List.of(SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX, SegmentFiles.TXN_INDEX);
    private static final int CHUNK_BYTES = 64 << 10;

    private final FileSystem files;
    private final Path directory;

    SwapRecovery(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    void run() throws IOException {
        List<Path> all = files.list(directory);
        for (Path file : all) {
            OptionalLong base = SegmentFiles.offsetOf(file, SegmentFiles.LOG + SegmentFiles.SWAP);
            if (base.isPresent()) finish(base.getAsLong(), all);
        }
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(SegmentFiles.CLEANED) || name.endsWith(SegmentFiles.SWAP)) files.delete(file);
        }
    }

    private void finish(long base, List<Path> all) throws IOException {
        long end = endOf(base);
        LOG.info("{}: finishing the compaction of offsets {} to {}", directory, base, end - 1);
        for (Path file : all) {
            OptionalLong old = SegmentFiles.offsetOf(file, SegmentFiles.LOG);
            if (old.isPresent() && old.getAsLong() > base && old.getAsLong() < end) remove(old.getAsLong());
        }
        for (String suffix : INDEXES) {
            Path swap = SegmentFiles.of(directory, base, suffix + SegmentFiles.SWAP);
            if (files.exists(swap)) files.rename(swap, SegmentFiles.of(directory, base, suffix));
        }
        files.forceDirectory(directory);
        files.rename(
                SegmentFiles.of(directory, base, SegmentFiles.LOG + SegmentFiles.SWAP),
                SegmentFiles.of(directory, base, SegmentFiles.LOG));
        files.forceDirectory(directory);
    }

    /** The records last: while they are there the segment is found, and its other files too. */
    private void remove(long base) throws IOException {
        for (String suffix : INDEXES) files.delete(SegmentFiles.of(directory, base, suffix));
        files.delete(SegmentFiles.of(directory, base, SegmentFiles.SNAPSHOT));
        files.delete(SegmentFiles.of(directory, base, SegmentFiles.LOG));
    }

    /** It was on disk before it got its name, so damage is the disk's fault, not the crash's. */
    private long endOf(long base) throws IOException {
        Path file = SegmentFiles.of(directory, base, SegmentFiles.LOG + SegmentFiles.SWAP);
        try (LogFile records = files.openReadOnly(file)) {
            BatchReader batches = new BatchReader(records, 0, records.size(), CHUNK_BYTES);
            long end = base;
            while (batches.next(false)) end = batches.batch().lastOffset() + 1;
            String defect = batches.defect();
            if (defect != null) throw new CorruptSegmentException(file, batches.position(), defect);
            return end;
        }
    }
}
