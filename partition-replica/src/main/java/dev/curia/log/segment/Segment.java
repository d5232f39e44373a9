package dev.curia.log.segment;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordDecoder;
import dev.curia.log.batch.RecordDecoder.RecordTime;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.SparseIndex.Entry;
import dev.curia.log.segment.SparseIndex.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One segment: records file, offset index, time index. Written by the log's owner thread; look-ups come from any thread and are bounded by
 * the end they pass in, so that they never see half an append. Fails with {@link IOException} when the disk does.
 */
public final class Segment {
    /** Headers are read this much at a time: about one index interval. */
    private static final int HEADER_CHUNK_BYTES = 4096;

    /** Reading all of a segment. */
    private static final int REINDEX_CHUNK_BYTES = 256 << 10;

    private final OpenFiles cache;
    private final long baseOffset;
    private final SharedFile log;
    private final RecordsFile records;
    private final SparseIndex offsets;
    private final SparseIndex times;
    private final TransactionIndex aborted;

    private volatile int size;
    private volatile long maxTimestamp = BatchView.NONE;
    private volatile long offsetOfMaxTimestamp = BatchView.NONE;
    private volatile boolean timesKnown;
    private volatile @Nullable RecentBatches recent; // null: of batches that were all there before

    // Writer only.
    private long bytesSinceIndexEntry;
    private long firstTimestamp = BatchView.NONE;
    private boolean growing;

    private Segment(OpenFiles files, Path directory, long baseOffset, boolean growing, String suffix) {
        this.cache = files;
        this.growing = growing;
        this.baseOffset = baseOffset;
        this.log = new SharedFile(files, SegmentFiles.of(directory, baseOffset, SegmentFiles.LOG + suffix));
        this.records = new RecordsFile(log);
        Path offsetsPath = SegmentFiles.of(directory, baseOffset, SegmentFiles.OFFSET_INDEX + suffix);
        Path timesPath = SegmentFiles.of(directory, baseOffset, SegmentFiles.TIME_INDEX + suffix);
        this.offsets = SparseIndex.of(files, Format.OFFSET, offsetsPath, growing);
        this.times = SparseIndex.of(files, Format.TIME, timesPath, growing);
        this.aborted = new TransactionIndex(files, this, suffix);
        this.timesKnown = growing;
    }

    /**
     * A new, empty segment that takes appends.
     *
     * @param suffix empty, or what ends the names of its files until they are moved: then it is no part of a log
     * @param preallocateBytes how much disk space to reserve; what is not used is given back when the segment is sealed
     */
    public static Segment create(OpenFiles files, Path directory, long baseOffset, String suffix, int preallocateBytes)
            throws IOException {
        Segment segment = new Segment(files, directory, baseOffset, true, suffix);
        segment.records.create(preallocateBytes);
        segment.offsets.writeFile();
        segment.times.writeFile();
        segment.aborted.clear();
        return segment;
    }

    /** An existing segment with its indexes as they are on disk; opened when first needed. */
    public static Segment sealed(OpenFiles files, Path directory, long baseOffset) throws IOException {
        Segment segment = new Segment(files, directory, baseOffset, false, "");
        segment.size = segment.fileSize();
        return segment;
    }

    /** An existing segment whose indexes are to be built anew, by {@link #index} of each batch; takes appends then. */
    public static Segment rebuilding(OpenFiles files, Path directory, long baseOffset) throws IOException {
        Segment segment = new Segment(files, directory, baseOffset, true, "");
        segment.size = segment.fileSize();
        return segment;
    }

    public long baseOffset() {
        return baseOffset;
    }

    /** In bytes. */
    public int size() {
        return size;
    }

    public Path path() {
        return log.path();
    }

    /** The log's directory. */
    Path directory() {
        return Objects.requireNonNull(path().getParent());
    }

    /** The directory got another name, before anybody but the writer knew this segment. */
    public void movedTo(Path directory) {
        log.movedTo(directory);
        offsets.movedTo(directory);
        times.movedTo(directory);
        aborted.movedTo(directory);
    }

    /** For readers' slices: acquire and release it. */
    public SharedFile file() {
        return log;
    }

    /** Which transactions end in this segment by being aborted. */
    public TransactionIndex aborted() {
        return aborted;
    }

    /** The broker or producer time of the first batch; -1 before it, or when it is not in memory. Writer only. */
    public long firstTimestamp() {
        return firstTimestamp;
    }

    public boolean indexesFull(int maxIndexBytes) {
        return offsets.isFull(maxIndexBytes) || times.isFull(maxIndexBytes);
    }

    /** Whether {@code offset} can be told relative to this segment's base in 31 bits. */
    public boolean canHold(long offset) {
        long relative = offset - baseOffset;
        return relative >= 0 && relative <= Integer.MAX_VALUE;
    }

    /**
     * Writes whole batches whose offsets are final and follow the last one, in one write; {@code view} is scratch. Writer only; not durable.
     *
     * @return how many zeros were written behind them, see {@link RecordsFile}; none from {@code fillBytes} on
     */
    public int append(ByteBuffer batches, BatchView view, int indexIntervalBytes, int fillBytes) throws IOException {
        int start = batches.position();
        int bytes = batches.remaining();
        int end = size;
        checkGrowing();
        int zeros = records.write(end, batches, fillBytes);
        batches.position(start);
        for (int at = start; at < batches.limit(); at += view.sizeInBytes()) {
            index(view.at(batches, at), end + at - start, indexIntervalBytes);
        }
        size = end + bytes;
        return zeros;
    }

    /** The same for a log that is forced after each append, none from {@code maxBytes} on. Writer only. */
    public int prepareAppends(int maxBytes) throws IOException {
        checkGrowing();
        return records.writeZeros(size, maxBytes);
    }

    /** Notes a batch that is in the file at {@code position}. Writer only. */
    public void index(BatchView batch, int position, int indexIntervalBytes) {
        if (position == 0) firstTimestamp = batch.maxTimestamp();
        if (batch.maxTimestamp() > maxTimestamp) {
            maxTimestamp = batch.maxTimestamp();
            offsetOfMaxTimestamp = batch.lastOffset();
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsets.add(batch.lastOffset() - baseOffset, position);
            noteNewest();
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += batch.sizeInBytes();
        recent = RecentBatches.with(recent, batch.baseOffset() - baseOffset, position);
    }

    /** Records without a time, up to which there is no newest one, get no entry. */
    private void noteNewest() {
        if (maxTimestamp >= 0) times.add(maxTimestamp, (int) (offsetOfMaxTimestamp - baseOffset));
    }

    /** Ends the appends and writes the indexes. Writer only; durable after {@link #force}. */
    public void seal() throws IOException {
        if (!growing) return;
        noteNewest();
        if (log.size() > size) records.cut(size); // What was prepared, or is left of a failed append.
        SparseIndex.seal(offsets, times);
        growing = false;
        recent = null;
    }

    /** Makes a sealed segment take appends again. Writer only. */
    public void thaw() throws IOException {
        if (growing) return;
        loadTimes();
        offsets.thaw();
        times.thaw();
        Entry last = offsets.last();
        bytesSinceIndexEntry = (long) size - (last == null ? 0 : last.value());
        growing = true;
        LogFile file = log.acquire();
        try {
            BatchReader first = new BatchReader(file, 0, size, HEADER_CHUNK_BYTES);
            if (first.next(false)) firstTimestamp = first.batch().maxTimestamp();
        } finally {
            log.release();
        }
    }

    /** Forces records, aborted transactions, and the indexes of a sealed segment, to disk. Any thread. */
    public void force() throws IOException {
        records.force(size);
        aborted.force();
        if (!offsets.isGrowing()) {
            offsets.force();
            times.force();
        }
    }

    /** Cuts every batch that reaches {@code offset} or lies behind it. The segment takes appends. Writer only; not durable. */
    public void truncateTo(long offset) throws IOException {
        int position = positionOf(offset, size);
        if (position >= 0) truncateAt(position, offset);
    }

    /** Cuts the file at a batch boundary, behind which all offsets are at least {@code offset}. Writer only; not durable. */
    public void truncateAt(int position, long offset) throws IOException {
        checkGrowing();
        recent = null;
        records.cut(position);
        size = position;
        LogFile file = log.acquire();
        try {
            offsets.truncate(position, true);
            times.truncate(offset - baseOffset, true);
            aborted.truncateTo(offset);
            Entry lastTime = times.last();
            maxTimestamp = lastTime == null ? BatchView.NONE : lastTime.key();
            offsetOfMaxTimestamp = lastTime == null ? BatchView.NONE : baseOffset + lastTime.value();
            Entry lastOffset = offsets.last();
            int scanFrom = lastOffset == null ? 0 : lastOffset.value();
            bytesSinceIndexEntry = (long) position - scanFrom;
            if (position == 0) firstTimestamp = BatchView.NONE;
            noteTimes(new BatchReader(file, scanFrom, position, HEADER_CHUNK_BYTES));
        } finally {
            log.release();
        }
    }

    private void noteTimes(BatchReader batches) throws IOException {
        while (batches.next(false)) {
            if (batches.batch().maxTimestamp() <= maxTimestamp) continue;
            maxTimestamp = batches.batch().maxTimestamp();
            offsetOfMaxTimestamp = batches.batch().lastOffset();
        }
    }

    /**
     * Where the first batch that reaches {@code offset} begins. Any thread.
     *
     * @param limit look-ups end here, in bytes
     * @return -1: there is no such batch before {@code limit}
     */
    public int positionOf(long offset, int limit) throws IOException {
        RecentBatches last = recent;
        int known = last == null ? -1 : last.positionOf(offset - baseOffset);
        return known < 0 ? search(offset, limit) : known < limit ? known : -1;
    }

    private int search(long offset, int limit) throws IOException {
        Entry floor = offsets.floor(offset - baseOffset);
        int from = floor == null ? 0 : floor.value();
        LogFile file = log.acquire();
        try {
            BatchReader batches = new BatchReader(file, from, limit, HEADER_CHUNK_BYTES);
            boolean first = true;
            while (batches.next(false)) {
                if (first && floor != null) checkEntry(floor, batches.batch());
                first = false;
                if (batches.batch().lastOffset() >= offset) return (int) batches.position();
            }
            refuseDefect(batches, from);
            return -1;
        } finally {
            log.release();
        }
    }

    /**
     * Where the last whole batch ends that lies within {@code maxBytes} from a batch boundary. Any thread.
     *
     * @param atLeastOne returns the end of the first batch even when that is farther
     * @param limit a batch boundary, in bytes, which the end does not pass
     */
    public int endOfRun(int position, int maxBytes, boolean atLeastOne, int limit) throws IOException {
        if ((long) position + maxBytes >= limit) return limit;
        int target = position + maxBytes;
        Entry floor = offsets.floorByValue(target);
        int from = floor == null ? position : Math.max(position, floor.value());
        LogFile file = log.acquire();
        try {
            BatchReader batches = new BatchReader(file, from, limit, HEADER_CHUNK_BYTES);
            int end = from;
            while (batches.next(false)) {
                long next = batches.position() + batches.batch().sizeInBytes();
                boolean first = end == position;
                if (next > target && !(first && atLeastOne)) break;
                end = (int) next;
            }
            refuseDefect(batches, from);
            return end;
        } finally {
            log.release();
        }
    }

    /** The newest time in this segment; -1: none. Any thread. */
    public long maxTimestamp() throws IOException {
        loadTimes();
        return maxTimestamp;
    }

    /** When the records were last written, in milliseconds since 1970. Any thread. */
    public long lastModifiedMillis() throws IOException {
        return cache.files().lastModifiedMillis(log.path());
    }

    /** The record that carries the newest time. Any thread. */
    public Optional<RecordTime> recordOfMaxTimestamp(int limit) throws IOException {
        loadTimes();
        long time = maxTimestamp;
        return time < 0 ? Optional.empty() : firstRecordAtOrAfter(time, baseOffset, limit);
    }

    /** The first record from {@code minOffset} on whose time is at least {@code timestamp}. Any thread. */
    public Optional<RecordTime> firstRecordAtOrAfter(long timestamp, long minOffset, int limit) throws IOException {
        Entry earlier = times.floor(timestamp - 1);
        long fromOffset = earlier == null ? minOffset : Math.max(minOffset, baseOffset + earlier.value());
        int from = positionOf(fromOffset, limit);
        if (from < 0) return Optional.empty();
        LogFile file = log.acquire();
        try {
            BatchReader batches = new BatchReader(file, from, limit, HEADER_CHUNK_BYTES);
            while (batches.next(false)) {
                if (batches.batch().maxTimestamp() < timestamp) continue;
                if (!batches.loadWhole()) break;
                Optional<RecordTime> found =
                        RecordDecoder.firstAtOrAfter(batches.batch().slice(), timestamp, minOffset);
                if (found.isPresent()) return found;
            }
            refuseDefect(batches, from);
            return Optional.empty();
        } finally {
            log.release();
        }
    }

    /** A batch boundary at or before {@code position}, and near it; 0 when there is none. Any thread. */
    public int boundaryBefore(int position) throws IOException {
        Entry floor = position <= 0 ? null : offsets.floorByValue(position);
        return floor == null ? 0 : floor.value();
    }

    /** The offset behind the last batch. Writer only. */
    public long nextOffset() throws IOException {
        return endBelow(Long.MAX_VALUE);
    }

    /** The offset behind the last batch that lies wholly below {@code offset}: where the segment would end if cut there. Writer only. */
    public long endBelow(long offset) throws IOException {
        Entry floor = offsets.floor(offset - 1 - baseOffset);
        LogFile file = log.acquire();
        try {
            int from = floor == null ? 0 : floor.value();
            BatchReader batches = new BatchReader(file, from, size, HEADER_CHUNK_BYTES);
            long next = baseOffset;
            while (batches.next(false) && batches.batch().lastOffset() < offset)
                next = batches.batch().lastOffset() + 1;
            refuseDefect(batches, from);
            return next;
        } finally {
            log.release();
        }
    }

    /** Why the indexes on disk cannot be used; null: no reason is seen. */
    public @Nullable String indexDefect() throws IOException {
        String offsetsDefect = offsets.defect(size);
        if (offsetsDefect != null) return offsets.path() + " " + offsetsDefect;
        String timesDefect = times.defect(size);
        return timesDefect == null ? null : times.path() + " " + timesDefect;
    }

    /** Takes the files out of the log by renaming them; readers that hold the segment go on. Writer only. */
    public void markDeleted() throws IOException {
        moveRecords(SegmentFiles.DELETED);
        moveIndexes(SegmentFiles.DELETED);
    }

    /** Renames the records' file so that it ends in {@code suffix}. One thread at a time. */
    public void moveRecords(String suffix) throws IOException {
        log.moveTo(SegmentFiles.of(directory(), baseOffset, SegmentFiles.LOG + suffix));
    }

    /** The same for all other files. */
    public void moveIndexes(String suffix) throws IOException {
        offsets.moveTo(SegmentFiles.of(directory(), baseOffset, SegmentFiles.OFFSET_INDEX + suffix));
        times.moveTo(SegmentFiles.of(directory(), baseOffset, SegmentFiles.TIME_INDEX + suffix));
        aborted.moveTo(suffix);
    }

    /** Removes the files from disk. Any thread. */
    public void removeFiles() throws IOException {
        log.delete();
        offsets.delete();
        times.delete();
        aborted.delete();
    }

    /** Lets go of the files as they are. Writer only. */
    public void abandon() {
        growing = false;
        log.retire();
        offsets.retire();
        times.retire();
        aborted.retire();
    }

    @Override
    public String toString() {
        return path() + " (" + size + " bytes)";
    }

    /**
     * Makes the indexes anew from the records before {@code limit}. Any thread; blocks on the disk.
     *
     * @throws CorruptSegmentException when the records are what is damaged
     */
    public void reindex(int limit, int indexIntervalBytes) throws IOException {
        Segment fresh = new Segment(cache, directory(), baseOffset, true, "");
        long next = baseOffset;
        LogFile file = log.acquire();
        try {
            BatchReader batches = new BatchReader(file, 0, limit, REINDEX_CHUNK_BYTES);
            while (batches.next(false)) {
                fresh.index(batches.batch(), (int) batches.position(), indexIntervalBytes);
                next = batches.batch().lastOffset() + 1;
            }
            refuseDefect(batches, 0);
        } finally {
            log.release();
        }
        fresh.noteNewest();
        offsets.replace(fresh.offsets, limit);
        times.replace(fresh.times, next - baseOffset);
    }

    /** An entry names the last offset of the batch it points at, or, where others wrote it, of a later one. */
    private void checkEntry(Entry entry, BatchView batch) throws IOException {
        if (batch.baseOffset() <= baseOffset + entry.key()) return;
        throw new CorruptIndexException(
                this,
                offsets.path(),
                "it says that offset " + (baseOffset + entry.key()) + " lies behind position " + entry.value()
                        + ", where offset " + batch.baseOffset() + " begins");
    }

    /** @param from where an index said that a batch begins */
    private void refuseDefect(BatchReader batches, int from) throws IOException {
        String defect = batches.defect();
        if (defect == null) return;
        if (from == 0) throw new CorruptSegmentException(log.path(), batches.position(), defect);
        throw new CorruptIndexException(this, offsets.path(), "following it to position " + from + " met " + defect);
    }

    private void loadTimes() throws IOException {
        if (timesKnown) return;
        Entry last = times.last();
        if (last != null) {
            offsetOfMaxTimestamp = baseOffset + last.value();
            maxTimestamp = last.key();
        }
        timesKnown = true;
    }

    private void checkGrowing() {
        if (!growing) throw new IllegalStateException(log.path() + " is sealed");
    }

    private int fileSize() throws IOException {
        long bytes = log.size();
        if (bytes <= Integer.MAX_VALUE) return (int) bytes;
        throw new CorruptSegmentException(log.path(), Integer.MAX_VALUE, "is " + bytes + " bytes");
    }
}
