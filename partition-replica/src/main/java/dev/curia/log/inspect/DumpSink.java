package dev.curia.log.inspect;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.batch.RecordLister.LoggedRecord;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.producer.SnapshotReader.Producer;
import dev.curia.log.segment.SparseIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Is shown what files hold, in their order. What it fails with ends the dump. */
public interface DumpSink {
    void directory(LogDirectoryState state) throws IOException;

    /** A line of a checkpoint. */
    void checkpoint(Path file, TopicPartition partition, long offset) throws IOException;

    /** Begins a partition. */
    void partition(PartitionFiles files, String topicId) throws IOException;

    /** A file that is not in its format. */
    void malformed(Path file, String what) throws IOException;

    void epoch(Path file, EpochHistory.Entry entry) throws IOException;

    /** Begins a segment; the scan stands before its first batch. */
    void segment(SegmentScan scan, long baseOffset) throws IOException;

    /** The batch that the scan is at. */
    void batch(SegmentScan scan) throws IOException;

    /** @param control whether it is a control record */
    void record(LoggedRecord record, boolean control) throws IOException;

    /** The rest of a batch's records cannot be shown. */
    void noRecord(String why) throws IOException;

    /** The stretch without batches that the scan is at. */
    void stretch(SegmentScan scan) throws IOException;

    /** Begins an index. */
    void index(Path file, long entries, int trailingBytes) throws IOException;

    void offsetEntry(Path file, long baseOffset, SparseIndex.Entry entry) throws IOException;

    void timeEntry(Path file, long baseOffset, SparseIndex.Entry entry) throws IOException;

    void abortedTransaction(Path file, AbortedTransactions.Aborted aborted) throws IOException;

    /** The producers as they were before {@code offset}. */
    void snapshot(Path file, long offset, List<Producer> producers) throws IOException;
}
