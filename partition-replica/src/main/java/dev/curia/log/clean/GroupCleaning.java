package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.clean.BatchFilter.Outcome;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cleans neighbouring segments into one. A single segment of which everything stays is only read: the new one is begun when the first batch
 * differs, with a copy of what lies before. One thread, once.
 */
final class GroupCleaning {
    private final CleanableLog log;
    private final CleanableLog.Contents contents;
    private final List<Segment> sources;
    private final BatchFilter filter;
    private final int chunkBytes;
    private final Pace pace;
    private final BatchView scratch = new BatchView();
    private final Set<Long> markersGone = new HashSet<>();
    private @Nullable Segment target;
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private long bytesLeft;
    // What stays of the batches that were passed, written or not.
    private long bytesKept;

    GroupCleaning(
            CleanableLog log,
            CleanableLog.Contents contents,
            List<Segment> sources,
            BatchFilter filter,
            int chunkBytes,
            Pace pace) {
        this.log = log;
        this.contents = contents;
        this.sources = sources;
        this.filter = filter;
        this.chunkBytes = chunkBytes;
        this.pace = pace;
        for (Segment source : sources) bytesLeft += source.size();
    }

    /** Makes the new segment and puts it in the place of the old ones. */
    void run() throws IOException, CleaningAbortedException {
        try {
            if (sources.size() > 1) begin();
            long end = end();
            for (Segment source : sources) pass(source, end);
            Segment cleaned = target;
            if (cleaned == null) return;
            writePending(cleaned);
            for (Segment source : sources) copyTransactions(source, cleaned);
            cleaned.seal();
            target = null;
            log.replace(contents, sources, cleaned, filter.takeDeletesRemovedTo());
        } finally {
            Segment unfinished = target;
            if (unfinished != null) {
                unfinished.abandon();
                unfinished.removeFiles();
            }
        }
    }

    private long end() throws IOException {
        long end = 0;
        for (Segment source : sources) if (source.size() > 0) end = source.nextOffset();
        return end;
    }

    private void pass(Segment source, long end) throws IOException, CleaningAbortedException {
        try (SegmentReader batches = new SegmentReader(source, 0, source.size(), chunkBytes, pace)) {
            while (batches.next()) {
                BatchView batch = batches.batch();
                bytesLeft -= batch.sizeInBytes();
                boolean last = batch.lastOffset() + 1 == end;
                Outcome outcome = filter.pass(batch, last, room());
                if (target == null && outcome.kind() != BatchFilter.Kind.SAME)
                    copy(begin(), source, batches.position());
                if (outcome.kind() == BatchFilter.Kind.NOTHING && batch.isControl())
                    markersGone.add(batch.lastOffset());
                ByteBuffer kept = outcome.kind() == BatchFilter.Kind.SAME ? batch.slice() : outcome.batch();
                bytesKept += kept.remaining();
                if (target != null) write(target, kept);
            }
        }
    }

    /** A reader needs to know of an aborted transaction as long as its marker is there: to the marker it leaves out what that producer wrote. */
    private void copyTransactions(Segment source, Segment to) throws IOException {
        for (AbortedTxn each : source.aborted().all()) {
            if (!markersGone.contains(each.lastOffset())) to.aborted().add(each);
        }
    }

    /** However much a batch grows, for its times are told from the delete horizon then, the others must still fit as they are. */
    private int room() {
        return (int) (Integer.MAX_VALUE - bytesKept - bytesLeft);
    }

    private Segment begin() throws IOException, CleaningAbortedException {
        Segment begun = log.newSegment(sources.get(0).baseOffset(), bytesKept + bytesLeft);
        target = begun;
        pending = ByteBuffer.allocate(chunkBytes);
        return begun;
    }

    private void copy(Segment target, Segment source, int to) throws IOException, CleaningAbortedException {
        try (SegmentReader batches = new SegmentReader(source, 0, to, chunkBytes, pace)) {
            while (batches.next()) write(target, batches.batch().slice());
        }
    }

    private void write(Segment to, ByteBuffer batch) throws IOException, CleaningAbortedException {
        if (batch.remaining() > pending.remaining()) writePending(to);
        if (batch.remaining() <= pending.remaining()) {
            pending.put(batch);
            return;
        }
        pace.written(batch.remaining());
        to.append(batch, scratch, contents.policy().indexIntervalBytes(), 0);
    }

    private void writePending(Segment to) throws IOException, CleaningAbortedException {
        pending.flip();
        if (pending.hasRemaining()) {
            pace.written(pending.remaining());
            to.append(pending, scratch, contents.policy().indexIntervalBytes(), 0);
        }
        pending.clear();
    }
}
