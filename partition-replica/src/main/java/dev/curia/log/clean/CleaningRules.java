package dev.curia.log.clean;

import dev.curia.log.batch.BatchView;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What of a log stays in one cleaning. Asked in the order of offsets, batch by batch and within a batch record by record, from the log's start
 * on. Does no I/O. One thread at a time.
 *
 * <ol>
 *   <li>From {@link Bounds#end} on everything stays as it is.
 *   <li>Of the records of one key the newest before that stays. One of an aborted transaction neither counts nor stays.
 *   <li>A tombstone, and a marker of a transaction of which no batch is left, gets a delete horizon when it is met first. It goes in the
 *       first cleaning after that time, if every assigned replica has it.
 *   <li>Of a producer's last batch, of the last batch of each file, and of the last one that was cleaned, the header stays: from the first a log
 *       that is opened again learns the producer's sequence, from the second how far the file reaches; and the last lets a reader pass over
 *       what is gone who may not see yet what follows.
 * </ol>
 *
 * <p>Order makes it safe to drop a tombstone: whatever it hides lies before it, and was dropped in this cleaning or in an earlier one. So where
 * a batch cannot be decoded, and may hide what a later tombstone hides, {@link #undecodable} keeps all tombstones behind it. Source: KIP-98,
 * KIP-534.
 */
final class CleaningRules {
    private final NewestRecords newest;
    private final TransactionFates transactions;
    private final LastBatches lastBatches;
    private final Bounds bounds;
    private long deletesEnd;
    private long deletesRemovedTo;

    /**
     * @param end nothing at or behind it is touched
     * @param deletesEnd no tombstone or marker at or behind it goes: some replica may not have it yet
     * @param nowMillis the wall clock at the start of the cleaning
     */
    record Bounds(long end, long deletesEnd, long nowMillis, long deleteRetentionMs) {}

    /** What becomes of a batch. */
    enum Fate {
        /** It stays, byte for byte. */
        KEEP,
        /** Its records are to be looked at. */
        FILTER,
        /** Its records stay, and are marked with the delete horizon. */
        SET_HORIZON,
        /** Its records go; its header may have to stay, see {@link #keepsHeader}. */
        DROP
    }

    /** @param newest of what was written since the last cleaning, up to {@code bounds.end()} */
    CleaningRules(NewestRecords newest, TransactionFates transactions, LastBatches lastBatches, Bounds bounds) {
        this.newest = newest;
        this.transactions = transactions;
        this.lastBatches = lastBatches;
        this.bounds = bounds;
        this.deletesEnd = bounds.deletesEnd();
    }

    /**
     * Passes a batch of records, or a control batch that is no transaction marker.
     *
     * @param lastOfFile whether the file that is written ends with it
     */
    Fate ofBatch(BatchView batch, boolean lastOfFile) {
        if (batch.baseOffset() >= bounds.end() || batch.isControl()) return Fate.KEEP;
        boolean aborted = transactions.isAborted(batch);
        if (batch.recordCount() == 0) return keepsHeader(batch, lastOfFile) ? Fate.KEEP : Fate.DROP;
        return aborted ? Fate.DROP : Fate.FILTER;
    }

    /** Passes a transaction marker. It stays whole where only its header would have to: it is hardly larger, and says more. */
    Fate ofMarker(BatchView marker, boolean lastOfFile) {
        if (marker.baseOffset() >= bounds.end()) return Fate.KEEP;
        if (!transactions.endsEmpty(marker)) return Fate.KEEP;
        if (!marker.hasDeleteHorizon()) return Fate.SET_HORIZON;
        if (keepsHeader(marker, lastOfFile) || !mayDelete(marker, marker.lastOffset())) return Fate.KEEP;
        deletesRemovedTo = marker.lastOffset() + 1;
        return Fate.DROP;
    }

    boolean keepsHeader(BatchView batch, boolean lastOfFile) {
        if (lastOfFile || batch.lastOffset() + 1 == bounds.end()) return true;
        return lastBatches.has(batch);
    }

    /** Whether a record of a batch that is filtered stays. */
    boolean keeps(BatchView batch, long offset, @Nullable ByteBuffer key, boolean hasValue) {
        if (offset >= bounds.end()) return true;
        if (key == null) return false; // written before the topic was compacted: no later record can replace it
        if (newest.hidesBehind(key, offset)) return false;
        if (hasValue || !mayDelete(batch, offset)) return true;
        deletesRemovedTo = offset + 1;
        return false;
    }

    /** Whether the time of the batch's tombstones begins now. Not while some of them are not cleaned yet. */
    boolean marksDeletes(BatchView batch) {
        return !batch.hasDeleteHorizon() && batch.lastOffset() < bounds.end();
    }

    /** A batch before {@link Bounds#end} stays because its records cannot be told. */
    void undecodable(BatchView batch) {
        deletesEnd = Math.min(deletesEnd, batch.baseOffset());
    }

    /** Before this offset tombstones or markers were told to go since the last call; 0: none was. */
    long takeDeletesRemovedTo() {
        long taken = deletesRemovedTo;
        deletesRemovedTo = 0;
        return taken;
    }

    /** For what is marked now. */
    long deleteHorizonMs() {
        long horizon = bounds.nowMillis() + bounds.deleteRetentionMs();
        return horizon < 0 ? Long.MAX_VALUE : horizon;
    }

    /** In a batch with a delete horizon the base timestamp is that. */
    private boolean mayDelete(BatchView batch, long offset) {
        return batch.hasDeleteHorizon() && bounds.nowMillis() >= batch.baseTimestamp() && offset < deletesEnd;
    }
}
