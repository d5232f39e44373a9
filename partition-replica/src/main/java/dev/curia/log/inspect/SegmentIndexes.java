package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Compares all three indexes of a segment with its batches, as a scan passes them. Not thread-safe. */
final class SegmentIndexes implements AutoCloseable {
    private final Problems problems;
    private final Path offsetFile;
    private final Path timeFile;
    private final Path transactionFile;
    private final boolean hasTransactionFile;
    private final OpenTransactions transactions;
    private @Nullable OffsetIndexCheck offsets;
    private @Nullable TimeIndexCheck times;
    private @Nullable TransactionIndexCheck aborted;

    /** Hears what is wrong with an index. */
    @FunctionalInterface
    interface Problems {
        /** @param position in the index file, in bytes; -1: all of it */
        void found(Path index, String problem, long position, String what);
    }

    /** @param holes whether records are missing on purpose */
    SegmentIndexes(
            FileSystem files,
            PartitionFiles partition,
            long base,
            OpenTransactions transactions,
            boolean holes,
            Problems problems)
            throws IOException {
        this.problems = problems;
        this.transactions = transactions;
        this.offsetFile = partition.file(base, SegmentFiles.OFFSET_INDEX);
        this.timeFile = partition.file(base, SegmentFiles.TIME_INDEX);
        this.transactionFile = partition.file(base, SegmentFiles.TXN_INDEX);
        this.hasTransactionFile = partition.has(base, SegmentFiles.TXN_INDEX);
        try {
            if (present(partition.has(base, SegmentFiles.OFFSET_INDEX), offsetFile)) {
                offsets = new OffsetIndexCheck(files, offsetFile, base, wrongIn(offsetFile, "offset-index"));
            }
            if (present(partition.has(base, SegmentFiles.TIME_INDEX), timeFile)) {
                times = new TimeIndexCheck(files, timeFile, base, wrongIn(timeFile, "time-index"));
            }
            Path file = hasTransactionFile ? transactionFile : null;
            aborted = new TransactionIndexCheck(
                    files, file, base, partition.nextBase(base), holes, wrongIn(transactionFile, "txn-index"));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** A batch that is as it should be. */
    void batch(SegmentScan scan) throws IOException {
        BatchView batch = scan.batch();
        if (offsets != null) offsets.batch(scan.position(), batch.lastOffset(), true);
        if (times != null) times.batch(batch.lastOffset(), batch.maxTimestamp());
        if (!batch.hasProducerId()) return;
        long producerId = batch.producerId();
        long offset = batch.baseOffset();
        if (!batch.isControl()) {
            if (batch.isTransactional()) transactions.data(producerId, offset);
            return;
        }
        if (Markers.isAbort(scan) && aborted != null) aborted.abortMarker(producerId, offset, transactions);
        else transactions.end(producerId);
    }

    /** A batch or a stretch that is not as it should be. */
    void damaged(SegmentScan scan) throws IOException {
        if (offsets != null && scan.isBatch()) offsets.batch(scan.position(), -1, false);
        else if (offsets != null) offsets.stretch(scan.position(), scan.position() + scan.bytes());
        if (times != null) times.damaged();
        if (aborted != null) aborted.damaged();
    }

    void end(long segmentBytes) throws IOException {
        if (offsets != null) offsets.end(segmentBytes);
        String lacking = times == null ? null : times.end();
        if (lacking != null) problems.found(timeFile, "time-index-incomplete", -1, lacking);
        if (aborted == null) return;
        aborted.end();
        if (aborted.missing() == 0) return;
        String what = aborted.missing() + " aborted transactions are not in it";
        problems.found(
                transactionFile, "txn-index-incomplete", -1, hasTransactionFile ? what : "is missing, and so " + what);
    }

    /** Entries of the offset, time and transaction index. */
    long[] entries() {
        return new long[] {
            offsets == null ? 0 : offsets.entries(),
            times == null ? 0 : times.entries(),
            aborted == null ? 0 : aborted.entries()
        };
    }

    @Override
    public void close() throws IOException {
        if (offsets != null) offsets.close();
        if (times != null) times.close();
        if (aborted != null) aborted.close();
    }

    private boolean present(boolean exists, Path index) {
        if (!exists) problems.found(index, "index-missing", -1, "is missing");
        return exists;
    }

    private IndexCursor.Wrong wrongIn(Path index, String problem) {
        return (position, what) -> problems.found(index, problem, position, what);
    }
}
