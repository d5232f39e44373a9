package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordReader;
import dev.curia.log.clean.CleanableLog.Contents;
import dev.curia.log.clean.SegmentGroups.Size;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One cleaning of one log: (1) walks over the dirty part and notes the newest record of each key, as far as there is room; (2) walks over
 * the log from its start to there and rewrites the segments of which something goes; (3) notes how far it came. One thread, once.
 *
 * <p>Each segment is replaced for itself, in order. When it ends early, by a failure or a crash, what it replaced is right as it is, and the
 * next cleaning begins anew. It always comes further than the last one: the map has room for one key at least.
 */
final class LogCleaning {
    private final CleanableLog log;
    private final Contents contents;
    private final Dirtiness dirt;
    private final Means means;
    private final Pace pace;

    /**
     * What a thread has for its cleanings.
     *
     * @param budgetBytes for the map of keys
     * @param chunkBytes for reading, and as much for writing
     */
    record Means(long budgetBytes, double loadFactor, int chunkBytes, KeyHash hash, long nowMillis) {}

    /**
     * What a cleaning did.
     *
     * @param cleanedTo the log is clean up to here
     * @param complete false: the keys did not fit, another pass is needed
     * @param keys in the part that was dirty
     * @param keyBytes the memory they took
     * @param undecodable batches that were left as they are
     */
    record Report(long cleanedTo, boolean complete, long keys, long keyBytes, long undecodable) {}

    LogCleaning(CleanableLog log, Contents contents, Dirtiness dirt, Means means, Pace pace) {
        this.log = log;
        this.contents = contents;
        this.dirt = dirt;
        this.means = means;
        this.pace = pace;
    }

    Report run() throws IOException, CleaningAbortedException {
        NewestRecords newest = lookAhead();
        long end = newest.end();
        CleaningRules.Bounds bounds = new CleaningRules.Bounds(
                end, contents.deletesEnd(), means.nowMillis(), contents.policy().deleteRetentionMs());
        TransactionFates transactions = new TransactionFates(log.abortedTransactions(0, end));
        CleaningRules rules = new CleaningRules(newest, transactions, log.lastRecords(), bounds);
        long undecodable;
        try (BatchFilter filter = new BatchFilter(rules)) {
            for (List<Segment> group : groups(end)) {
                new GroupCleaning(log, contents, group, filter, means.chunkBytes(), pace).run();
            }
            undecodable = filter.undecodable();
        }
        log.cleanedTo(contents, end);
        return new Report(end, !newest.isFull(), newest.keys(), newest.bytes(), undecodable);
    }

    private NewestRecords lookAhead() throws IOException, CleaningAbortedException {
        long from = dirt.firstDirty();
        OffsetMap offsets = new OffsetMap(means.budgetBytes(), means.loadFactor(), from, means.hash());
        NewestRecords newest = new NewestRecords(offsets, from);
        TransactionFates transactions = new TransactionFates(log.abortedTransactions(from, dirt.end()));
        List<Segment> segments = contents.segments();
        try (RecordReader records = new RecordReader()) {
            for (int i = 0; i < segments.size() && !newest.isFull(); i++) {
                long end = i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : contents.segmentsEnd();
                if (end <= from) continue;
                if (segments.get(i).baseOffset() >= dirt.end()) break;
                lookAhead(segments.get(i), newest, transactions, records);
            }
        }
        if (!newest.isFull()) newest.reached(dirt.end());
        return newest;
    }

    private void lookAhead(Segment segment, NewestRecords newest, TransactionFates transactions, RecordReader records)
            throws IOException, CleaningAbortedException {
        int start = Math.max(0, segment.positionOf(dirt.firstDirty(), segment.size()));
        try (SegmentReader batches = new SegmentReader(segment, start, segment.size(), means.chunkBytes(), pace)) {
            while (!newest.isFull() && batches.next()) {
                BatchView batch = batches.batch();
                if (batch.baseOffset() >= dirt.end()) return;
                if (batch.lastOffset() < dirt.firstDirty()) continue;
                if (batch.isControl()) {
                    if (batch.hasProducerId()) transactions.endsEmpty(batch);
                } else if (!transactions.isAborted(batch)) {
                    newest.add(batch, records, dirt.end());
                }
            }
        }
    }

    private List<List<Segment>> groups(long end) throws IOException {
        List<Segment> touched = new ArrayList<>();
        List<Size> sizes = new ArrayList<>();
        for (Segment segment : contents.segments()) {
            if (segment.baseOffset() >= end) break;
            touched.add(segment);
            sizes.add(new Size(segment.baseOffset(), segment.nextOffset(), segment.size()));
        }
        List<List<Segment>> groups = new ArrayList<>();
        int first = 0;
        for (int count : SegmentGroups.of(sizes, contents.policy())) {
            groups.add(touched.subList(first, first + count));
            first += count;
        }
        return groups;
    }
}
