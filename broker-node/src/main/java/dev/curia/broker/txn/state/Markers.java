package dev.curia.broker.txn.state;

/** Where a shard has the markers of its transactions written. Never blocks; called on the shard's thread. */
public interface Markers {
    /**
     * Goes on until every partition that still exists has its marker; then the shard hears of it through {@link TxnShard#markersWritten}. A
     * transaction whose markers are being written already is not begun again.
     */
    void write(EndedTxn txn);

    /** The shard is gone: whatever is not written yet is its successor's. */
    void forget(int shard, int coordinatorEpoch);
}
