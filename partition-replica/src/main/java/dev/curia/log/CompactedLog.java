package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.clean.CleanableLog;
import dev.curia.log.clean.CleaningAbortedException;
import dev.curia.log.clean.LastRecord;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A log in one place as the cleaner sees it. Thread-safe; asks {@code producers} on the owner thread only. */
final class CompactedLog implements CleanableLog {
    private final PartitionLog log;
    private final LogPlace place;
    private final LogEnvironment environment;
    private final LogFlusher flusher;
    private final SegmentSwaps swaps;
    private final ProducerStates producers;
    private final OwnerThread owner;
    private final Supplier<Optional<CompactionBounds>> bounds;

    CompactedLog(
            PartitionLog log,
            LogPlace place,
            ProducerStates producers,
            OwnerThread owner,
            Supplier<Optional<CompactionBounds>> bounds) {
        this.log = log;
        this.place = place;
        this.environment = place.environment();
        this.flusher = place.flusher();
        this.swaps = place.swaps();
        this.producers = producers;
        this.owner = owner;
        this.bounds = bounds;
    }

    @Override
    public TopicPartition name() {
        return log.name();
    }

    @Override
    public Optional<Contents> contents() {
        LogConfig config = log.config();
        if (!config.compacted() || !isInService()) return Optional.empty();
        int cuts = flusher.truncations();
        List<Segment> all = log.segments();
        long flushedTo = flusher.done();
        List<Segment> cleanable = new ArrayList<>(all.size());
        for (int i = 0; i + 1 < all.size() && all.get(i + 1).baseOffset() <= flushedTo; i++) cleanable.add(all.get(i));
        long end = all.get(cleanable.size()).baseOffset();
        return bounds.get()
                .map(b -> new Contents(config.compaction(), cleanable, end, b.stableEnd(), b.replicatedEnd(), cuts));
    }

    @Override
    public boolean isCurrent(Contents contents) {
        return isInService() && !flusher.wasCutSince(contents.cuts());
    }

    private boolean isInService() {
        return log.isInService() && log.place().equals(place);
    }

    @Override
    public long cleanedTo() {
        return environment.cleaner().cleanedTo(name());
    }

    @Override
    public void cleanedTo(Contents contents, long offset) throws IOException, CleaningAbortedException {
        note(contents, () -> environment.cleaner().cleanedTo(name(), offset));
    }

    @Override
    public Map<Long, LastRecord> lastRecords() throws CleaningAbortedException {
        return owner.call(this::lastRecordsOnOwner).orElseThrow(CompactedLog::changed);
    }

    private Map<Long, LastRecord> lastRecordsOnOwner() {
        Map<Long, LastRecord> last = new HashMap<>();
        producers.forEachLast((id, epoch, offset) -> last.put(id, new LastRecord(offset, epoch)));
        return last;
    }

    @Override
    public List<AbortedTxn> abortedTransactions(long start, long end) {
        return log.abortedTransactions(start, end);
    }

    @Override
    public Segment newSegment(long baseOffset, long mostBytes) throws IOException, CleaningAbortedException {
        if (!isInService()) throw changed();
        if (!environment.space().hasRoomFor(mostBytes)) {
            throw new IOException("there is no room to write up to " + mostBytes + " bytes beside " + place.directory()
                    + ": " + environment.space().usableBytes() + " are usable. Free some, or make segments smaller.");
        }
        for (String suffix : SegmentFiles.OF_A_SEGMENT) {
            environment.files().delete(SegmentFiles.of(place.directory(), baseOffset, suffix + SegmentFiles.CLEANED));
        }
        return Segment.create(environment.segments(), place.directory(), baseOffset, SegmentFiles.CLEANED, 0);
    }

    @Override
    public void replace(Contents contents, List<Segment> old, Segment cleaned, long deletesRemovedTo)
            throws IOException, CleaningAbortedException {
        try {
            force(cleaned);
            if (deletesRemovedTo > 0) {
                note(contents, () -> environment.cleaner().deletesRemovedTo(name(), deletesRemovedTo));
            }
        } catch (IOException | CleaningAbortedException e) {
            cleaned.abandon();
            cleaned.removeFiles();
            throw e;
        }
        if (!swaps.commit(old, cleaned, () -> isCurrent(contents) && LogView.indexOf(old, log.segments()) >= 0)) {
            throw changed();
        }
        boolean published = owner.call(() -> swaps.publish(cleaned, () -> show(old, cleaned, deletesRemovedTo)))
                .orElse(false);
        swaps.complete(cleaned);
        if (!published) throw changed();
    }

    /**
     * On the owner thread, which also lets followers begin to copy: one that began since the cleaning did may have read a record from the old
     * segments whose tombstone the new one lacks.
     */
    private boolean show(List<Segment> old, Segment cleaned, long deletesRemovedTo) {
        long replicatedEnd = bounds.get().map(CompactionBounds::replicatedEnd).orElse(0L);
        boolean shown = deletesRemovedTo <= replicatedEnd && log.show(old, cleaned);
        if (shown) old.forEach(Segment::abandon);
        return shown;
    }

    private void force(Segment cleaned) throws IOException {
        try {
            cleaned.force();
        } catch (IOException e) {
            environment.health().fail("forcing " + cleaned, e);
            throw e;
        }
    }

    private void note(Contents contents, LogChange change) throws IOException, CleaningAbortedException {
        boolean[] current = {false};
        swaps.exclusively(() -> {
            current[0] = isCurrent(contents);
            if (current[0]) change.run();
        });
        if (!current[0]) throw changed();
    }

    private static CleaningAbortedException changed() {
        return new CleaningAbortedException(
                "the log was cut, moved, closed or taken offline, or a replica began to copy it");
    }
}
