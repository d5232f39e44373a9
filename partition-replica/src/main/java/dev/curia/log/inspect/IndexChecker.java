package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Compares the indexes of logs with their records, and with what an index made anew would be. Changes nothing. Not thread-safe. */
public final class IndexChecker {
    private final FileSystem files;
    private final int intervalBytes;
    private final Sink sink;
    private final LongConsumer progress;

    /**
     * One segment's indexes.
     *
     * @param remade whether the next start makes them anew by itself
     * @param offsetEntries how many there are
     * @param offsetEntriesAnew how many a new index would have
     * @param wrong what was found wrong; 0: look-ups are right
     */
    public record Row(
            String partition,
            long baseOffset,
            long bytes,
            boolean remade,
            long offsetEntries,
            long offsetEntriesAnew,
            long timeEntries,
            long timeEntriesAnew,
            long abortedEntries,
            long wrong) {
        /** Whether look-ups read clearly more than they would with a new index, though they are right. */
        public boolean sparse() {
            return 2 * (offsetEntries + 1) < offsetEntriesAnew || 2 * (timeEntries + 1) < timeEntriesAnew;
        }
    }

    /** Hears what is found, in the order of the files. */
    public interface Sink {
        void finding(PartitionFiles partition, Finding finding);

        void segment(Row row);
    }

    /**
     * @param intervalBytes a new index would have an entry for about this many bytes, as index.interval.bytes says
     * @param progress hears, now and then, how many bytes of segments were passed since it last heard
     */
    public IndexChecker(FileSystem files, int intervalBytes, Sink sink, LongConsumer progress) {
        this.files = files;
        this.intervalBytes = intervalBytes;
        this.sink = sink;
        this.progress = progress;
    }

    /** Fails when a file cannot be read. */
    public void check(LogTree tree) throws IOException {
        LogDirectoryState state = tree.logDirectory() == null
                ? null
                : LogDirectoryState.read(files, tree.logDirectory(), new Findings(finding -> {}));
        for (PartitionFiles partition : tree.partitions()) {
            Promises promises = state == null || partition.name().isEmpty()
                    ? Promises.UNKNOWN
                    : state.of(partition.name().get());
            OpenTransactions transactions = new OpenTransactions();
            for (long base : partition.segments()) segment(partition, base, promises, transactions);
        }
    }

    private void segment(PartitionFiles partition, long base, Promises promises, OpenTransactions transactions)
            throws IOException {
        Path log = partition.file(base, SegmentFiles.LOG);
        boolean remade = promises.rescanned(partition.nextBase(base));
        Findings findings = new Findings(finding -> sink.finding(partition, finding));
        NewIndex anew = new NewIndex(base);
        try (SegmentScan scan = new SegmentScan(files, log, progress);
                SegmentIndexes indexes = new SegmentIndexes(
                        files,
                        partition,
                        base,
                        transactions,
                        promises.compacted(),
                        (index, problem, position, what) ->
                                findings.add(Finding.ofIndex(index, problem, position, what, remade)))) {
            while (scan.next()) {
                boolean sound = scan.isBatch() && scan.crcOk();
                if (sound && transactions.since() == Long.MAX_VALUE) {
                    transactions.restart(scan.batch().baseOffset());
                }
                if (!sound) transactions.restart(Long.MAX_VALUE);
                if (!sound) indexes.damaged(scan);
                else indexes.batch(scan);
                if (sound) anew.batch(scan.batch(), scan.position());
            }
            indexes.end(scan.fileBytes());
            findings.finish();
            long wrong = findings.count(Severity.REPAIR) + findings.count(Severity.NOTE);
            sink.segment(new Row(
                    partition.label(),
                    base,
                    scan.fileBytes(),
                    remade,
                    indexes.entries()[0],
                    anew.offsets,
                    indexes.entries()[1],
                    anew.timesAtEnd(),
                    indexes.entries()[2],
                    wrong));
        }
    }

    /** Counts the entries that a segment would give its indexes. */
    private final class NewIndex {
        private final long base;
        private long offsets;
        private long times;
        private long bytesSinceEntry;
        private long newest = BatchView.NONE;
        private long offsetOfNewest;
        private long lastTime = BatchView.NONE;
        private long lastOffset = BatchView.NONE;

        NewIndex(long base) {
            this.base = base;
        }

        void batch(BatchView batch, long position) {
            if (batch.maxTimestamp() > newest) {
                newest = batch.maxTimestamp();
                offsetOfNewest = batch.lastOffset() - base;
            }
            if (position > 0 && bytesSinceEntry > intervalBytes) {
                offsets++;
                addTime();
                bytesSinceEntry = 0;
            }
            bytesSinceEntry += batch.sizeInBytes();
        }

        long timesAtEnd() {
            addTime();
            return times;
        }

        private void addTime() {
            if (newest < 0) return;
            if (times > 0 && (newest <= lastTime || offsetOfNewest <= lastOffset)) return;
            times++;
            lastTime = newest;
            lastOffset = offsetOfNewest;
        }
    }
}
