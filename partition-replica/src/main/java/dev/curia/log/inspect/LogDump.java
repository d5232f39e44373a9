package dev.curia.log.inspect;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.DirectoryFacts;
import dev.curia.log.batch.RecordLister.LoggedRecord;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.MalformedFileException;
import dev.curia.log.io.SmallFiles;
import dev.curia.log.producer.SnapshotReader;
import dev.curia.log.producer.SnapshotReader.Producer;
import dev.curia.log.segment.IndexEntries;
import dev.curia.log.segment.SegmentFiles;
import dev.curia.log.segment.SparseIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows what the files of logs hold, piece by piece, damaged or not. Changes nothing. Not thread-safe. */
public final class LogDump {
    private final FileSystem files;
    private final Selection selection;
    private final DumpSink sink;

    /**
     * What to show.
     *
     * @param indexes the entries of indexes
     * @param snapshots producer snapshots
     * @param fromOffset only what reaches this offset
     * @param toOffset only what begins below this offset
     */
    public record Selection(
            boolean batches, boolean records, boolean indexes, boolean snapshots, long fromOffset, long toOffset) {
        boolean meets(long firstOffset, long lastOffset) {
            return lastOffset >= fromOffset && firstOffset < toOffset;
        }

        /** With one kind of file the only one there is. */
        Selection everything() {
            return new Selection(true, records, true, true, fromOffset, toOffset);
        }
    }

    public LogDump(FileSystem files, Selection selection, DumpSink sink) {
        this.files = files;
        this.selection = selection;
        this.sink = sink;
    }

    /** Fails when a file cannot be read, and with whatever the sink fails with. */
    public void dump(LogTree tree) throws IOException {
        if (tree.only() != null) {
            new LogDump(files, selection.everything(), sink)
                    .dumpFile(tree.partitions().get(0), tree.only());
            return;
        }
        if (tree.whole()) directory(tree.root());
        for (PartitionFiles partition : tree.partitions()) partition(partition);
    }

    private void directory(Path path) throws IOException {
        Findings findings = new Findings(finding -> unchecked(() -> sink.malformed(finding.file(), finding.message())));
        LogDirectoryState state = LogDirectoryState.read(files, path, findings);
        sink.directory(state);
        for (DirectoryFacts.Checkpoint checkpoint : DirectoryFacts.Checkpoint.values()) {
            Path file = path.resolve(checkpoint.fileName());
            for (Map.Entry<TopicPartition, Long> entry :
                    state.offsets(checkpoint).entrySet()) {
                sink.checkpoint(file, entry.getKey(), entry.getValue());
            }
        }
    }

    private void partition(PartitionFiles partition) throws IOException {
        metadata(partition);
        epochs(partition);
        for (long base : partition.segments()) segment(partition, base);
        if (selection.indexes()) {
            for (long base : partition.files(SegmentFiles.OFFSET_INDEX)) offsetIndex(partition, base);
            for (long base : partition.files(SegmentFiles.TIME_INDEX)) timeIndex(partition, base);
            for (long base : partition.files(SegmentFiles.TXN_INDEX)) transactionIndex(partition, base);
        }
        if (!selection.snapshots()) return;
        for (long offset : partition.files(SegmentFiles.SNAPSHOT)) snapshot(partition, offset);
    }

    private void dumpFile(PartitionFiles partition, Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (name.equals(DirectoryFacts.PARTITION_METADATA)) metadata(partition);
        else if (name.equals(EpochCheckpoint.FILE_NAME)) epochs(partition);
        else if (name.endsWith(SegmentFiles.LOG)) segment(partition, LogTree.offsetOf(file));
        else if (name.endsWith(SegmentFiles.OFFSET_INDEX)) offsetIndex(partition, LogTree.offsetOf(file));
        else if (name.endsWith(SegmentFiles.TIME_INDEX)) timeIndex(partition, LogTree.offsetOf(file));
        else if (name.endsWith(SegmentFiles.TXN_INDEX)) transactionIndex(partition, LogTree.offsetOf(file));
        else snapshot(partition, LogTree.offsetOf(file));
    }

    private void metadata(PartitionFiles partition) throws IOException {
        String id = "none";
        try {
            id = DirectoryFacts.topicId(files, partition.directory())
                    .map(Uuid::toString)
                    .orElse(id);
        } catch (MalformedFileException e) {
            sink.malformed(partition.directory().resolve(DirectoryFacts.PARTITION_METADATA), message(e));
        }
        sink.partition(partition, id);
    }

    private void epochs(PartitionFiles partition) throws IOException {
        Path file = partition.directory().resolve(EpochCheckpoint.FILE_NAME);
        CheckpointFile checkpoint = new CheckpointFile(files, file);
        try {
            for (String[] fields : checkpoint.read(2)) {
                int epoch = (int) checkpoint.number(fields[0]);
                sink.epoch(file, new EpochHistory.Entry(epoch, checkpoint.number(fields[1])));
            }
        } catch (MalformedFileException e) {
            sink.malformed(file, message(e));
        }
    }

    private void segment(PartitionFiles partition, long base) throws IOException {
        if (!selection.meets(base, partition.nextBase(base) - 1)) return;
        try (SegmentScan scan = new SegmentScan(files, partition.file(base, SegmentFiles.LOG), bytes -> {})) {
            sink.segment(scan, base);
            if (!selection.batches()) return;
            while (scan.next()) {
                if (!scan.isBatch()) sink.stretch(scan);
                else if (selection.meets(scan.batch().baseOffset(), scan.batch().lastOffset())) batch(scan);
            }
        }
    }

    private void batch(SegmentScan scan) throws IOException {
        sink.batch(scan);
        if (!selection.records()) return;
        if (!scan.loadRecords()) {
            sink.noRecord("the batch is too large to be shown: " + scan.bytes() + " bytes");
            return;
        }
        boolean control = scan.batch().isControl();
        try {
            String defect = scan.listRecords(record -> unchecked(() -> show(record, control)));
            if (defect != null) sink.noRecord(defect);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void show(LoggedRecord record, boolean control) throws IOException {
        if (selection.meets(record.offset(), record.offset())) sink.record(record, control);
    }

    private void offsetIndex(PartitionFiles partition, long base) throws IOException {
        Path file = partition.file(base, SegmentFiles.OFFSET_INDEX);
        try (IndexEntries entries = new IndexEntries(files, file, SparseIndex.Format.OFFSET)) {
            sink.index(file, entries.count(), entries.trailingBytes());
            for (SparseIndex.Entry entry = entries.next(); entry != null; entry = entries.next()) {
                if (selection.meets(base + entry.key(), base + entry.key())) sink.offsetEntry(file, base, entry);
            }
        }
    }

    private void timeIndex(PartitionFiles partition, long base) throws IOException {
        Path file = partition.file(base, SegmentFiles.TIME_INDEX);
        try (IndexEntries entries = new IndexEntries(files, file, SparseIndex.Format.TIME)) {
            sink.index(file, entries.count(), entries.trailingBytes());
            for (SparseIndex.Entry entry = entries.next(); entry != null; entry = entries.next()) {
                if (selection.meets(base + entry.value(), base + entry.value())) sink.timeEntry(file, base, entry);
            }
        }
    }

    private void transactionIndex(PartitionFiles partition, long base) throws IOException {
        Path file = partition.file(base, SegmentFiles.TXN_INDEX);
        try (AbortedTransactions entries = new AbortedTransactions(files, file)) {
            sink.index(file, entries.count(), entries.trailingBytes());
            for (AbortedTransactions.Aborted entry = entries.next(); entry != null; entry = entries.next()) {
                if (selection.meets(entry.firstOffset(), entry.lastOffset())) sink.abortedTransaction(file, entry);
            }
        }
    }

    private void snapshot(PartitionFiles partition, long offset) throws IOException {
        Path file = partition.file(offset, SegmentFiles.SNAPSHOT);
        Optional<List<Producer>> producers = SnapshotReader.read(SmallFiles.read(files, file));
        if (producers.isPresent()) sink.snapshot(file, offset, producers.get());
        else sink.malformed(file, "no whole snapshot: its length, version or checksum is wrong");
    }

    private static String message(IOException e) {
        return String.valueOf(e.getMessage());
    }

    private static void unchecked(Showing showing) {
        try {
            showing.show();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    private interface Showing {
        void show() throws IOException;
    }
}
