package dev.curia.broker.txn.state;

/** What the transaction coordinator persists: Kafka's {@code __transaction_state} schema or its tombstone. Immutable. */
public sealed interface TxnRecord {
    String transactionalId();

    /** TransactionLogKey and TransactionLogValue. */
    record Written(Txn txn) implements TxnRecord {
        @Override
        public String transactionalId() {
            return txn.transactionalId();
        }
    }

    /** A tombstone of TransactionLogKey. */
    record Removed(String transactionalId) implements TxnRecord {}
}
