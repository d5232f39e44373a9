package dev.curia.log.clean;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A log as the cleaner sees it. Thread-safe: a cleaner thread calls, and may wait for the log's owner thread and for the disk.
 *
 * <p>Fails with {@link IOException} when the disk does, and with {@link CleaningAbortedException} when the log was closed, deleted, cut or
 * taken offline meanwhile.
 */
public interface CleanableLog {
    TopicPartition name();

    /** What there is to clean now; empty: nothing, as the topic is not compacted, or the log is not in service. Never blocks. */
    Optional<Contents> contents();

    /** Whether the log is in service and was not cut since. Waits for a cut that is under way. */
    boolean isCurrent(Contents contents);

    /** Everything before was cleaned, as last noted; 0: nothing. */
    long cleanedTo();

    /** Notes it durably. */
    void cleanedTo(Contents contents, long offset) throws IOException, CleaningAbortedException;

    /** The producers that the log knows, and the batches it would know them by. */
    Map<Long, LastRecord> lastRecords() throws CleaningAbortedException;

    /** Transactions with a record below {@code end} and a marker at or behind {@code start}, in the log's segments from its first on. */
    List<AbortedTxn> abortedTransactions(long start, long end) throws IOException;

    /**
     * A new segment, in files that count for nothing until {@link #replace}; takes the place of an unfinished one of before.
     *
     * @param mostBytes that will be written; fails when the disk has not got them
     */
    Segment newSegment(long baseOffset, long mostBytes) throws IOException, CleaningAbortedException;

    /**
     * Puts {@code cleaned}, which is sealed, in the place of consecutive segments of {@code contents}, for readers at once and durably when
     * this returns. A crash at any moment leaves either all of the old ones or the new one.
     *
     * @param deletesRemovedTo before it {@code cleaned} lacks tombstones or markers, which is noted durably before; 0: it does not
     */
    void replace(Contents contents, List<Segment> old, Segment cleaned, long deletesRemovedTo)
            throws IOException, CleaningAbortedException;

    /**
     * What there is at one moment. Immutable.
     *
     * @param segments from the log's first on; all sealed and on disk
     * @param segmentsEnd where the first one begins that is not among them
     * @param stableEnd the smaller of high watermark and last stable offset: nothing at or behind is cleaned
     * @param deletesEnd what every assigned replica has ends here: no tombstone or marker at or behind is removed
     * @param cuts how often the log had been cut
     */
    record Contents(
            CompactionPolicy policy,
            List<Segment> segments,
            long segmentsEnd,
            long stableEnd,
            long deletesEnd,
            int cuts) {
        public Contents {
            segments = List.copyOf(segments);
        }
    }
}
