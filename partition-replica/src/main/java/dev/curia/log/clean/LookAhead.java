package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordReader;
import dev.curia.log.clean.CleanableLog.Contents;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.List;

/** The first walk of a cleaning, over the dirty part: notes the newest record of each key, as far as there is room. One thread, once. */
final class LookAhead {
    private final Contents contents;
    private final Dirtiness dirt;
    private final int chunkBytes;
    private final Pace pace;
    private final NewestRecords newest;
    private final TransactionFates transactions;
    private final LastBatches lastBatches;

    LookAhead(CleanableLog log, Contents contents, Dirtiness dirt, LogCleaning.Means means, Pace pace)
            throws IOException, CleaningAbortedException {
        this.contents = contents;
        this.dirt = dirt;
        this.chunkBytes = means.chunkBytes();
        this.pace = pace;
        long from = dirt.firstDirty();
        this.newest =
                new NewestRecords(new OffsetMap(means.budgetBytes(), means.loadFactor(), from, means.hash()), from);
        this.transactions = new TransactionFates(log.abortedTransactions(from, dirt.end()));
        this.lastBatches = new LastBatches(log.lastRecords(), dirt.end());
    }

    NewestRecords run() throws IOException, CleaningAbortedException {
        List<Segment> segments = contents.segments();
        try (RecordReader records = new RecordReader()) {
            for (int i = 0; i < segments.size() && !newest.isFull(); i++) {
                boolean last = i + 1 == segments.size();
                long end = last ? contents.segmentsEnd() : segments.get(i + 1).baseOffset();
                if (end <= dirt.firstDirty()) continue;
                if (segments.get(i).baseOffset() >= dirt.end()) break;
                pass(segments.get(i), records);
            }
        }
        if (!newest.isFull()) newest.reached(dirt.end());
        return newest;
    }

    /** After the walk. */
    LastBatches lastBatches() {
        return lastBatches;
    }

    private void pass(Segment segment, RecordReader records) throws IOException, CleaningAbortedException {
        int start = Math.max(0, segment.positionOf(dirt.firstDirty(), segment.size()));
        try (SegmentReader batches = new SegmentReader(segment, start, segment.size(), chunkBytes, pace)) {
            while (!newest.isFull() && batches.next()) {
                BatchView batch = batches.batch();
                if (batch.baseOffset() >= dirt.end()) return;
                if (batch.lastOffset() < dirt.firstDirty()) continue;
                lastBatches.pass(batch);
                if (batch.isControl()) {
                    if (batch.hasProducerId()) transactions.endsEmpty(batch);
                } else if (!transactions.isAborted(batch)) {
                    newest.add(batch, records, dirt.end());
                }
            }
        }
    }
}
