package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks one partition's files against each other in one pass over its records. Not thread-safe.
 *
 * <p>What is wrong with records that were flushed is damage. What is wrong behind them is the end that an unclean stop left, which the next
 * start cuts: from there on nothing more is checked.
 */
final class PartitionVerifier {
    private static final int HIGHEST_CODEC = 4;

    private final FileSystem files;
    private final PartitionFiles partition;
    private final Promises promises;
    private final boolean decodeRecords;
    private final Findings findings;
    private final LongConsumer progress;

    private final OpenTransactions transactions = new OpenTransactions();
    private final ProducerCheck producers = new ProducerCheck(transactions);
    private final UnflushedTail tail = new UnflushedTail();
    private final Gaps gaps;
    private final Deque<Long> snapshots;
    private EpochCheck epochs;
    private boolean epochsExpected;

    private long batches;
    private long records;
    private long bytes;
    private long start = -1;
    // Where the next batch begins when none is missing, and whether all before it was sound.
    private long next = -1;
    private boolean sound = true;

    PartitionVerifier(
            FileSystem files,
            PartitionFiles partition,
            Promises promises,
            boolean decodeRecords,
            Findings findings,
            LongConsumer progress) {
        this.files = files;
        this.partition = partition;
        this.promises = promises;
        this.decodeRecords = decodeRecords;
        this.findings = findings;
        this.progress = progress;
        this.gaps = new Gaps(promises.compacted());
        this.snapshots = new ArrayDeque<>(partition.files(SegmentFiles.SNAPSHOT));
        this.epochs = EpochCheck.without(partition.directory());
    }

    /** @param whole whether all files of the partition are looked at, so that what lies at its ends is too */
    PartitionSummary verify(boolean whole) {
        readEpochs();
        if (gaps.isCompacted()) producers.lose();
        for (long base : partition.segments()) {
            Path log = partition.file(base, SegmentFiles.LOG);
            try {
                segment(base, log);
            } catch (IOException e) {
                findings.add(Finding.damage("unreadable", log, "Cannot be read: " + e, Remedies.REBUILD));
                lose();
            }
        }
        checkSnapshots(Long.MAX_VALUE);
        tail.report(findings);
        gaps.report(findings);
        if (whole) {
            new PartitionEnds(files, partition, promises, findings)
                    .check(start, next, bytes, tail.begun(), epochs, epochsExpected);
        }
        findings.finish();
        return new PartitionSummary(
                partition.label(),
                partition.segments().size(),
                batches,
                records,
                bytes,
                start,
                next,
                gaps.count(),
                tail.bytes(),
                findings.count(Severity.NOTE),
                findings.count(Severity.REPAIR),
                findings.count(Severity.DAMAGE));
    }

    private void readEpochs() {
        try {
            epochs = EpochCheck.read(files, partition.directory());
            String disorder = epochs.disorder();
            if (disorder == null) return;
            findings.add(Finding.damage("epoch-file", epochs.file(), "The file " + disorder, Remedies.REBUILD));
        } catch (IOException e) {
            findings.add(Finding.damage("epoch-file", epochs.file(), String.valueOf(e.getMessage()), Remedies.REBUILD));
        }
        epochs = EpochCheck.without(partition.directory());
    }

    private void segment(long base, Path log) throws IOException {
        long nextBase = partition.nextBase(base);
        if (next >= 0 && base > next && sound && !tail.begun()) {
            gaps.found(log, -1, next, base, promises.flushed(next));
            lose();
        }
        next = Math.max(next, base);
        if (start < 0) start = base;
        try (SegmentScan scan = new SegmentScan(files, log, progress);
                SegmentIndexes indexes = new SegmentIndexes(
                        files, partition, base, transactions, gaps.isCompacted(), problemsOf(nextBase))) {
            bytes += scan.fileBytes();
            if (scan.fileBytes() > Integer.MAX_VALUE) {
                String message =
                        "The segment has " + scan.fileBytes() + " bytes, expected at most " + Integer.MAX_VALUE;
                findings.add(Finding.damage("segment-size", log, message, Remedies.REBUILD));
            }
            while (scan.next()) step(scan, base, nextBase, indexes);
            if (!tail.begun()) indexes.end(scan.fileBytes());
        }
    }

    private void step(SegmentScan scan, long base, long nextBase, SegmentIndexes indexes) throws IOException {
        if (tail.begun()) {
            tail.add(scan);
            return;
        }
        if (isCommonEnd(scan, nextBase)) return;
        String defect = scan.isBatch() ? headerDefect(scan, base, nextBase) : stretch(scan);
        if (defect == null && decodeRecords && scan.loadRecords()) defect = scan.checkRecords();
        if (defect != null) {
            String problem = !scan.isBatch() ? "no-batch" : scan.crcOk() ? "bad-batch" : "bad-checksum";
            if (!damaged(scan, problem, defect)) return;
            indexes.damaged(scan);
            lose();
            return;
        }
        BatchView batch = scan.batch();
        boolean flushed = promises.flushed(next);
        if (batch.baseOffset() < next) {
            String what = "the batch begins at offset " + batch.baseOffset() + ", expected " + next + " or later";
            if (!damaged(scan, "offset-order", what)) return;
            indexes.damaged(scan);
            lose();
            next = Math.max(next, batch.lastOffset() + 1);
            return;
        }
        String disorder = epochs.order(batch);
        if (disorder != null && !damaged(scan, "epoch-order", disorder)) return;
        if (batch.baseOffset() > next && sound) {
            gaps.found(scan.path(), scan.position(), next, batch.baseOffset(), flushed);
        }
        take(scan, indexes);
    }

    /** Zeros behind the records, as every crash leaves them, which the next start cuts off. */
    private boolean isCommonEnd(SegmentScan scan, long nextBase) throws IOException {
        boolean last = nextBase == Long.MAX_VALUE;
        boolean mayEnd = last ? !promises.flushed(next) : next == nextBase && promises.rescanned(nextBase - 1);
        if (scan.isBatch() || !mayEnd || scan.position() + scan.bytes() < scan.fileBytes() || !scan.isZeros())
            return false;
        if (last) findings.add(Finding.note("zero-end", scan.path(), Finding.sentence(stretch(scan))));
        return true;
    }

    /** A batch that is as it should be. */
    private void take(SegmentScan scan, SegmentIndexes indexes) throws IOException {
        BatchView batch = scan.batch();
        if (!sound || transactions.since() == Long.MAX_VALUE) transactions.restart(batch.baseOffset());
        sound = true;
        if (batches == 0) start = batch.baseOffset();
        batches++;
        records += batch.recordCount();
        if (batch.recordCount() <= batch.lastOffsetDelta() && !gaps.isCompacted()) {
            gaps.partialBatch();
            producers.lose();
        }
        String epochDefect = epochDefect(batch);
        if (epochDefect != null) {
            findings.add(new Finding(
                    promises.flushed(batch.baseOffset()) ? Severity.DAMAGE : Severity.REPAIR,
                    "epoch-mismatch",
                    scan.path(),
                    scan.position(),
                    batch.baseOffset(),
                    Finding.sentence(epochDefect),
                    Remedies.REBUILD));
        }
        checkSnapshots(batch.baseOffset());
        indexes.batch(scan);
        producers.batch(batch);
        next = batch.lastOffset() + 1;
    }

    private @Nullable String epochDefect(BatchView batch) {
        // What nobody can read any more has no epoch in the file.
        boolean readable = batch.lastOffset() >= promises.logStartOffset().orElse(0);
        epochsExpected |= readable && promises.flushed(batch.lastOffset());
        if (!readable || epochs.order(batch) != null) return null;
        return epochs.batch(batch, promises.flushed(batch.lastOffset()), promises.clean());
    }

    /** Snapshots of the state before any offset up to this one. */
    private void checkSnapshots(long upTo) {
        while (!snapshots.isEmpty() && snapshots.peekFirst() <= upTo) {
            long offset = snapshots.removeFirst();
            Path file = partition.file(offset, SegmentFiles.SNAPSHOT);
            if (offset > next && upTo == Long.MAX_VALUE && sound) {
                findings.add(Finding.note(
                        "snapshot-ahead", file, "Is of offset " + offset + ", but the log ends at " + next + "."));
                continue;
            }
            String defect;
            try {
                defect = producers.snapshot(files, file, offset);
            } catch (IOException e) {
                defect = "cannot be read: " + e;
            }
            if (defect == null) continue;
            findings.add(new Finding(
                    Severity.REPAIR,
                    "producer-snapshot",
                    file,
                    -1,
                    offset,
                    Finding.sentence("the file " + defect),
                    Remedies.RESNAPSHOT));
        }
    }

    private @Nullable String headerDefect(SegmentScan scan, long base, long nextBase) {
        if (!scan.crcOk()) return "the checksum is wrong";
        BatchView batch = scan.batch();
        if (batch.baseOffset() < 0 || batch.lastOffsetDelta() < 0 || batch.lastOffset() < 0) {
            return "the batch claims offsets " + batch.baseOffset() + " to " + batch.lastOffset();
        }
        if (batch.lastOffset() >= nextBase) {
            return "the batch reaches offset " + batch.lastOffset() + ", but the next segment begins at " + nextBase;
        }
        if (batch.lastOffset() - base > Integer.MAX_VALUE) {
            return "the batch reaches offset " + batch.lastOffset() + ", too far from the segment's base offset "
                    + base;
        }
        if (batch.recordCount() < 0 || batch.recordCount() > batch.lastOffsetDelta() + 1L) {
            return "the batch claims " + batch.recordCount() + " records in offsets 0 to " + batch.lastOffsetDelta();
        }
        return batch.codec() > HIGHEST_CODEC ? "the batch has the unknown codec " + batch.codec() : null;
    }

    private static String stretch(SegmentScan scan) throws IOException {
        if (scan.isZeros())
            return scan.bytes() + " bytes are zero: written ahead of the records or reserved, or lost in a power cut";
        return scan.bytes() + " bytes hold no batch: " + scan.defect();
    }

    /** @return whether this is damage; else it is where the tail begins that the next start cuts */
    private boolean damaged(SegmentScan scan, String problem, String what) {
        if (!promises.flushed(next)) {
            tail.begin(scan, next, what);
            return false;
        }
        findings.add(new Finding(
                Severity.DAMAGE,
                problem,
                scan.path(),
                scan.position(),
                next,
                Finding.sentence(what),
                Remedies.REBUILD));
        return true;
    }

    private void lose() {
        sound = false;
        producers.lose();
    }

    private SegmentIndexes.Problems problemsOf(long nextBase) {
        boolean remade = promises.rescanned(nextBase) || partition.hasPendingSwap();
        return (index, problem, position, what) ->
                findings.add(Finding.ofIndex(index, problem, position, what, remade));
    }
}
