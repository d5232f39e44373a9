package dev.curia.broker.txn.state;

import org.jspecify.annotations.Nullable;

/** Hears of what becomes of transactions, for metrics. Called on the shard's thread; must be quick. */
public interface TxnEvents {
    /** @param from null: was not known; {@code to} null: is no longer */
    void stateChanged(@Nullable TxnState from, @Nullable TxnState to);

    /** The coordinator has aborted a transaction that was open for too long. */
    void timedOut(String transactionalId);
}
