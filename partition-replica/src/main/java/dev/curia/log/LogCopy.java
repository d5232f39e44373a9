package dev.curia.log;

import dev.curia.log.batch.BatchCheck;
import dev.curia.log.batch.BatchValidator;
import dev.curia.log.batch.BatchView;
import dev.curia.log.io.LogFile;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.segment.CorruptIndexException;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a log in another directory, segment by segment, that follows the log as it changes: what retention or compaction took out of the log
 * goes here too, what compaction put in is copied, and where the log was cut the copy begins again with the segment of the cut. Batches are
 * checked on their way. Used by one thread at a time; only {@link #follow} and what it needs belong to the log's owner thread.
 */
final class LogCopy {
    private final PartitionLog log;
    private final LogEnvironment environment;
    private final Path directory;
    private final ProducerFiles snapshots;
    private final BatchValidator validator = new BatchValidator();
    private final BatchView batch = new BatchView();
    // By base offset.
    private final TreeMap<Long, Copied> segments = new TreeMap<>();
    private long cut = Long.MAX_VALUE; // not acted on yet
    private @Nullable LogView reached;
    private final AtomicLong sizeInBytes = new AtomicLong();
    private volatile long endOffset;

    private static final class Copied {
        final Segment source;
        final Segment target;
        boolean sealed;

        Copied(Segment source, Segment target) {
            this.source = source;
            this.target = target;
        }
    }

    /** @param directory of no partition */
    LogCopy(PartitionLog log, Path directory, LogEnvironment environment) {
        this.log = log;
        this.directory = directory;
        this.environment = environment;
        this.snapshots = new ProducerFiles(environment.files(), directory);
        this.endOffset = log.logStartOffset();
        lookForCut(); // those before count for nothing
        cut = Long.MAX_VALUE;
    }

    /** Any thread. */
    long sizeInBytes() {
        return sizeInBytes.get();
    }

    /** Any thread. */
    long endOffset() {
        return endOffset;
    }

    /** The view that the last {@link #step} found copied; null: none. */
    @Nullable
    LogView reached() {
        return reached;
    }

    /** Copies about {@code maxBytes}; answers how many, 0 when {@link #reached} tells what was copied, or a cut is under way. */
    int step(int maxBytes) throws IOException {
        reached = null;
        lookForCut();
        dropCut();
        LogView now = log.view();
        dropOthers(now);
        for (Segment source : now.segments()) {
            Copied copied = copiedOf(source);
            int end = now.endOf(source);
            if (copied.target.size() > end) return 0; // the cut will be known soon
            if (copied.target.size() < end) return copy(copied, end, maxBytes);
            if (source != now.active() && !copied.sealed && !seal(copied, now)) return 0;
        }
        reached = now;
        endOffset = now.logEndOffset();
        return 0;
    }

    /** Puts what was copied on disk, the files' names apart. */
    void force(LogView view) throws IOException {
        Copied active = Objects.requireNonNull(segments.get(view.active().baseOffset()));
        copySnapshot(view.active().baseOffset());
        active.target.force();
        snapshots.force(view.active().baseOffset());
    }

    /** Whether all that {@code now} has more than the copy is at the end of the active segment, and not too much. Owner thread. */
    boolean canFollow(LogView now, int maxBytes) {
        lookForCut();
        if (cut != Long.MAX_VALUE || segments.size() != now.segments().size()) return false;
        for (Segment source : now.segments()) {
            Copied copied = segments.get(source.baseOffset());
            if (copied == null || copied.source != source) return false;
            if (source != now.active() && !copied.sealed) return false;
        }
        int behind = now.activeSize() - active(now).target.size();
        return behind >= 0 && behind <= maxBytes;
    }

    /** Copies the rest, which {@link #canFollow}. Owner thread. */
    void follow(LogView now) throws IOException {
        Copied active = active(now);
        int at = active.target.size();
        ByteBuffer rest;
        List<AbortedTxn> aborted;
        try {
            rest = read(active.source, at, now.activeSize() - at);
            aborted = active.source.aborted().all();
        } catch (IOException e) {
            throw sourceFailed(e);
        }
        if (rest.hasRemaining()) append(active, rest);
        if (!aborted.isEmpty()) active.target.aborted().replace(aborted, Long.MAX_VALUE);
        endOffset = now.logEndOffset();
    }

    /** {@code now}, in the copy's segments, whose directory has got another name. Owner thread, after {@link #follow}. */
    LogView asView(LogView now, Path renamedTo) {
        List<Segment> targets = new ArrayList<>();
        for (Copied copied : segments.values()) {
            copied.target.movedTo(renamedTo);
            targets.add(copied.target);
        }
        return now.withSegments(targets);
    }

    void abandon() {
        for (Copied copied : segments.values()) copied.target.abandon();
    }

    private Copied active(LogView now) {
        return Objects.requireNonNull(segments.get(now.active().baseOffset()));
    }

    private void lookForCut() {
        cut = Math.min(cut, log.place().flusher().lowestCut());
    }

    private void dropCut() throws IOException {
        if (cut == Long.MAX_VALUE) return;
        Long first = segments.floorKey(cut);
        for (Copied copied :
                List.copyOf(segments.tailMap(first == null ? 0 : first, true).values())) drop(copied);
        cut = Long.MAX_VALUE;
    }

    private void dropOthers(LogView now) throws IOException {
        Set<Segment> present = new HashSet<>(now.segments());
        for (Copied copied : List.copyOf(segments.values())) if (!present.contains(copied.source)) drop(copied);
    }

    private void drop(Copied copied) throws IOException {
        long base = copied.target.baseOffset();
        segments.remove(base);
        sizeInBytes.addAndGet(-copied.target.size());
        copied.target.abandon();
        copied.target.removeFiles();
        snapshots.delete(base);
        endOffset = Math.min(endOffset, base);
    }

    private Copied copiedOf(Segment source) throws IOException {
        Copied present = segments.get(source.baseOffset());
        if (present != null) return present;
        Segment target = Segment.create(environment.segments(), directory, source.baseOffset(), "", 0);
        Copied added = new Copied(source, target);
        segments.put(source.baseOffset(), added);
        return added;
    }

    private int copy(Copied copied, int end, int maxBytes) throws IOException {
        Segment source = copied.source;
        int at = copied.target.size();
        ByteBuffer part;
        try {
            part = read(source, at, Math.min(maxBytes, end - at));
            int whole = wholeBatches(part);
            if (whole == 0) {
                // One batch is larger than that.
                int size = part.remaining() < BatchView.OFFSETS_BYTES
                        ? end - at
                        : batch.at(part, 0).sizeInBytes();
                part = read(source, at, Math.min(Math.max(size, BatchView.HEADER_BYTES), end - at));
                whole = wholeBatches(part);
                if (whole == 0) throw new CorruptSegmentException(source.path(), at, "a batch reaches behind the end");
            }
            part.limit(whole);
            check(source, at, part);
        } catch (IOException e) {
            refuse(source, e);
            return 0;
        }
        append(copied, part);
        return part.limit();
    }

    private void append(Copied copied, ByteBuffer part) throws IOException {
        copied.target.append(part, batch, log.config().indexIntervalBytes(), 0);
        int bytes = part.limit();
        sizeInBytes.addAndGet(bytes);
        environment.space().appended(bytes);
        int last = 0;
        for (int next = 0; next < bytes; next += batch.at(part, next).sizeInBytes()) last = next;
        endOffset = batch.at(part, last).lastOffset() + 1;
    }

    /** Answers whether it did: else the log has changed, or will be found damaged. */
    private boolean seal(Copied copied, LogView now) throws IOException {
        Segment source = copied.source;
        List<AbortedTxn> aborted;
        try {
            aborted = source.aborted().all();
        } catch (CorruptIndexException e) {
            log.abortedTransactions(source.baseOffset(), now.logEndOffset()); // which makes it anew
            return false;
        } catch (IOException e) {
            refuse(source, e);
            return false;
        }
        copied.target.aborted().replace(aborted, Long.MAX_VALUE);
        copySnapshot(source.baseOffset());
        copied.target.seal();
        copied.target.force();
        snapshots.force(source.baseOffset());
        copied.sealed = true;
        return true;
    }

    private void copySnapshot(long base) throws IOException {
        Optional<ByteBuffer> content;
        try {
            content = log.place().snapshots().content(base);
        } catch (IOException e) {
            throw sourceFailed(e);
        }
        snapshots.put(base, content);
    }

    private static ByteBuffer read(Segment source, int position, int bytes) throws IOException {
        ByteBuffer part = ByteBuffer.allocate(bytes);
        LogFile file = source.file().acquire();
        try {
            file.read(part, position);
        } finally {
            source.file().release();
        }
        if (part.hasRemaining()) {
            throw new CorruptSegmentException(source.path(), position + part.position(), "the file ends there");
        }
        return part.flip();
    }

    /** How many bytes of batches that do not reach behind the end. */
    private int wholeBatches(ByteBuffer part) {
        int at = 0;
        while (part.limit() - at >= BatchView.OFFSETS_BYTES) {
            int size = batch.at(part, at).sizeInBytes();
            if (size < BatchView.HEADER_BYTES) return part.limit(); // it will be refused
            if (size > part.limit() - at) break;
            at += size;
        }
        return at;
    }

    private void check(Segment source, int position, ByteBuffer part) throws IOException {
        for (int at = 0; at < part.limit(); at += batch.at(part, at).sizeInBytes()) {
            BatchCheck check = validator.checkStructure(part, at);
            if (!check.ok()) throw new CorruptSegmentException(source.path(), position + at, check.message());
        }
    }

    /** A cut, retention or compaction meanwhile explains it; else the log is damaged, or its disk is. */
    private void refuse(Segment source, IOException e) throws IOException {
        LogFlusher flusher = log.place().flusher();
        flusher.wasCutSince(-1); // waits for a cut that is under way
        lookForCut();
        if (cut != Long.MAX_VALUE || !log.view().segments().contains(source)) return;
        throw sourceFailed(e);
    }

    private IOException sourceFailed(IOException e) {
        String what = "copying " + log.name();
        if (log.isInService()) log.failed(what, e); // else it has been let go of
        return new LogMove.SourceException(what + ": " + e.getMessage(), e);
    }
}
