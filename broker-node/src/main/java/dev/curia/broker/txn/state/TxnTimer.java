package dev.curia.broker.txn.state;

/**
 * Names a timer of a shard.
 *
 * @param transactionalId empty for those of the whole shard
 */
public record TxnTimer(Kind kind, String transactionalId) {
    /** What it is for. */
    public enum Kind {
        /** Looks for transactions that are open for too long. */
        TIMEOUTS,
        /** Looks for transactional ids that nobody uses. */
        EXPIRY,
        /** Goes on with requests that had to wait. */
        WAITING,
        /** A transaction's end could not be written: tries again. */
        COMPLETION
    }

    static final TxnTimer TIMEOUTS = new TxnTimer(Kind.TIMEOUTS, "");
    static final TxnTimer EXPIRY = new TxnTimer(Kind.EXPIRY, "");

    static TxnTimer waiting(String transactionalId) {
        return new TxnTimer(Kind.WAITING, transactionalId);
    }

    static TxnTimer completion(String transactionalId) {
        return new TxnTimer(Kind.COMPLETION, transactionalId);
    }
}
