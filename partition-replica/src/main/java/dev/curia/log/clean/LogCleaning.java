package dev.curia.log.clean;

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
        LookAhead ahead = new LookAhead(log, contents, dirt, means, pace);
        NewestRecords newest = ahead.run();
        long end = newest.end();
        CleaningRules.Bounds bounds = new CleaningRules.Bounds(
                end, contents.deletesEnd(), means.nowMillis(), contents.policy().deleteRetentionMs());
        TransactionFates transactions = new TransactionFates(log.abortedTransactions(0, end));
        CleaningRules rules = new CleaningRules(newest, transactions, ahead.lastBatches(), bounds);
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
