package dev.curia.log;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.LogFile;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.BatchReader;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what the producers of a log, and its aborted transactions, are from snapshots and the batches behind them. Reads headers only, and
 * markers. Used by one thread.
 */
final class ProducerRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerRecovery.class);
    private static final int CHUNK_BYTES = 64 << 10;

    /**
     * A snapshot holds one batch a producer, duplicates are told from five: so much of the log before a snapshot is looked at for the others.
     */
    private static final int OLDER_BYTES = 4 << 20;
    /** Nearly always enough. */
    private static final int NEAR_BYTES = 256 << 10;

    private final ProducerFiles snapshots;
    private final LogView view;
    // Those not yet found damaged.
    private final NavigableSet<Long> usable;
    private boolean loading;

    /** A state on its way through the log: all batches before {@code at} count. */
    private static final class Cursor {
        final ProducerStates states;
        final long startedAt;
        long at;

        Cursor(ProducerStates states, long startedAt) {
            this.states = states;
            this.startedAt = startedAt;
            this.at = startedAt;
        }
    }

    ProducerRecovery(ProducerFiles snapshots, LogView view) throws IOException {
        this.snapshots = snapshots;
        this.view = view;
        this.usable = new TreeSet<>(snapshots.offsets());
    }

    /**
     * The producers at the log's end. Removes snapshots that are of no use, and writes those that are missing where it comes by.
     *
     * @param trustedTo snapshots of offsets behind it may be of a log that was cut since
     * @param highWatermark transactions that ended there or behind are still to be found out
     * @param unindexed segments whose aborted transactions are to be indexed anew, in order
     */
    ProducerStates load(long trustedTo, long highWatermark, List<Segment> unindexed) throws IOException {
        loading = true;
        tidy(trustedTo);
        Cursor cursor = null;
        List<Segment> toIndex = new ArrayList<>(unindexed);
        if (view.active().aborted().isSuspect() && !unindexed.contains(view.active())) toIndex.add(view.active());
        for (Segment segment : toIndex) {
            if (cursor == null || cursor.at < segment.baseOffset()) cursor = newest(segment.baseOffset());
            List<AbortedTxn> aborted = abortedIn(segment, cursor);
            segment.aborted().replace(aborted, Long.MAX_VALUE);
        }
        if (cursor == null || cursor.at < view.logEndOffset() || missesMarkers(cursor, highWatermark)) {
            cursor = newest(view.logEndOffset());
            if (missesMarkers(cursor, highWatermark)) cursor = newest(Math.max(highWatermark, firstOffset()));
            advance(cursor, view.logEndOffset());
        }
        // The active segment's own, where nothing was appended to it yet.
        if (view.active().baseOffset() == cursor.at) writeMissing(cursor.at, cursor.states);
        lookFurtherBack(cursor);
        return cursor.states;
    }

    /** The producers at the log's end, when only that has changed: what else is on disk is this process' own. */
    ProducerStates reload() throws IOException {
        return load(Long.MAX_VALUE, Long.MAX_VALUE, List.of());
    }

    /** Writes the snapshot of a segment that is to be the log's first, durably, where it is missing: then nothing else tells what was before. */
    void provide(Segment segment) throws IOException {
        long base = segment.baseOffset();
        if (usable.contains(base)) return;
        Cursor cursor = newest(base);
        advance(cursor, base);
        snapshots.writeForced(base, cursor.states);
    }

    /** Indexes the aborted transactions of one segment anew. Changes no other file. */
    void reindex(Segment segment) throws IOException {
        Cursor cursor = newest(segment.baseOffset());
        segment.aborted().replace(abortedIn(segment, cursor), cursor.at);
    }

    /** Whether the snapshot it began with may hide a transaction's marker that is not below the high watermark. */
    private static boolean missesMarkers(Cursor cursor, long highWatermark) {
        return cursor.startedAt > highWatermark && cursor.states.hasTransactions();
    }

    private void tidy(long trustedTo) throws IOException {
        List<Long> bases = view.segments().stream().map(Segment::baseOffset).toList();
        // The first one always counts: what lay before it was flushed when it was dropped, and is nowhere else.
        long end = Math.max(firstOffset(), Math.min(trustedTo, view.logEndOffset()));
        Long newest = usable.floor(end);
        for (Long offset : List.copyOf(usable)) {
            boolean inLog = offset <= end && offset >= bases.get(0);
            if (inLog && (offset.equals(newest) || bases.contains(offset))) continue;
            usable.remove(offset);
            snapshots.delete(offset);
        }
    }

    /** From the newest usable snapshot that is not behind {@code limit}; without one from the log's first batch. */
    private Cursor newest(long limit) throws IOException {
        for (Long offset = usable.floor(limit); offset != null; offset = usable.floor(limit)) {
            Optional<ProducerStates> states = snapshots.read(offset);
            if (states.isPresent()) return new Cursor(states.get(), offset);
            usable.remove(offset);
            if (loading) snapshots.discard(offset);
        }
        return new Cursor(new ProducerStates(), firstOffset());
    }

    private long firstOffset() {
        return view.segments().get(0).baseOffset();
    }

    private List<AbortedTxn> abortedIn(Segment segment, Cursor cursor) throws IOException {
        advance(cursor, segment.baseOffset());
        if (cursor.startedAt < segment.baseOffset()) writeMissing(segment.baseOffset(), cursor.states);
        List<AbortedTxn> aborted = new ArrayList<>();
        scan(segment, 0, view.endOf(segment), cursor.states, aborted::add);
        int next = view.segments().indexOf(segment) + 1;
        cursor.at = next < view.segments().size() ? view.segments().get(next).baseOffset() : view.logEndOffset();
        return aborted;
    }

    /** @param to a segment's base or the log's end */
    private void advance(Cursor cursor, long to) throws IOException {
        if (cursor.at >= to) return;
        int from = Math.max(0, view.indexOf(cursor.at));
        for (int i = from; i < view.segments().size() && view.segments().get(i).baseOffset() < to; i++) {
            Segment segment = view.segments().get(i);
            if (i > from) writeMissing(segment.baseOffset(), cursor.states);
            int end = view.endOf(segment);
            int start = i == from ? positionOf(segment, cursor.at) : 0;
            scan(segment, start, end, cursor.states, aborted -> {});
        }
        cursor.at = to;
    }

    private void writeMissing(long offset, ProducerStates states) throws IOException {
        if (loading && offset > firstOffset() && usable.add(offset)) snapshots.write(offset, states);
    }

    /** For the batches that a snapshot has not. */
    private void lookFurtherBack(Cursor cursor) throws IOException {
        int index = Math.max(0, view.indexOf(cursor.startedAt));
        int end = positionOf(view.segments().get(index), cursor.startedAt);
        Stretch farthest = new Stretch(index, end, OLDER_BYTES);
        long farthestOffset = farthest.firstOffset();
        if (cursor.states.lacksBatchesSince(farthestOffset)) new Stretch(index, end, NEAR_BYTES).addTo(cursor.states);
        if (cursor.states.lacksBatchesSince(farthestOffset)) farthest.addTo(cursor.states);
    }

    /** A part of the log that ends inside segment {@code index}. */
    private final class Stretch {
        private final int first;
        private final int start;
        private final int index;
        private final int end;

        Stretch(int index, int end, int bytes) throws IOException {
            int from = index;
            long seen = end;
            while (seen < bytes && from > 0) seen += view.segments().get(--from).size();
            this.first = from;
            this.start = view.segments().get(from).boundaryBefore((int) Math.max(0, seen - bytes));
            this.index = index;
            this.end = end;
        }

        long firstOffset() throws IOException {
            Segment segment = view.segments().get(first);
            LogFile file = segment.file().acquire();
            try {
                BatchReader batches = new BatchReader(file, start, segment.size(), BatchView.HEADER_BYTES);
                return batches.next(false) ? batches.batch().baseOffset() : segment.baseOffset();
            } finally {
                segment.file().release();
            }
        }

        void addTo(ProducerStates states) throws IOException {
            ProducerStates older = new ProducerStates();
            try {
                for (int i = first; i <= index; i++) {
                    Segment segment = view.segments().get(i);
                    scan(segment, i == first ? start : 0, i == index ? end : segment.size(), older, aborted -> {});
                }
            } catch (CorruptSegmentException e) {
                // Whoever reads there will meet it. The state itself does not depend on it.
                LOG.warn("Some older batches of producers will not be known as duplicates: {}", e.getMessage());
            }
            states.mergeOlder(older);
        }
    }

    private int positionOf(Segment segment, long offset) throws IOException {
        int end = view.endOf(segment);
        int found = segment.positionOf(offset, end);
        return found < 0 ? end : found;
    }

    private static void scan(Segment segment, int start, int end, ProducerStates states, Consumer<AbortedTxn> aborted)
            throws IOException {
        LogFile file = segment.file().acquire();
        try {
            BatchReader batches = new BatchReader(file, start, end, CHUNK_BYTES);
            while (next(batches)) {
                BatchView batch = batches.batch();
                AbortedTxn ended = states.update(batch, batch.maxTimestamp());
                if (ended != null) aborted.accept(ended);
            }
            String defect = batches.defect();
            if (defect != null) throw new CorruptSegmentException(segment.path(), batches.position(), defect);
        } finally {
            segment.file().release();
        }
    }

    /** Of a marker the record is needed too. */
    private static boolean next(BatchReader batches) throws IOException {
        if (!batches.next(false)) return false;
        BatchView batch = batches.batch();
        return !(batch.isControl() && batch.hasProducerId()) || batches.loadWhole();
    }
}
