package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;

/** What transactions leave in {@code __consumer_offsets}. Immutable. Source: KIP-98. */
public sealed interface TxnOffsetRecord extends GroupRecord {
    /** OffsetCommitKey and OffsetCommitValue in a batch of a producer's transaction. */
    record PendingWritten(
            String groupId, TopicPartition partition, CommittedOffset offset, long producerId, short producerEpoch)
            implements TxnOffsetRecord {}

    /**
     * The marker that ends a producer's transaction, of whichever groups.
     *
     * @param coordinatorEpoch of the transaction coordinator
     * @param raisesEpoch the marker's epoch is above that of the transaction (KIP-890)
     */
    record TransactionEnded(
            long producerId, short producerEpoch, int coordinatorEpoch, boolean commit, boolean raisesEpoch)
            implements TxnOffsetRecord {
        /** None. */
        @Override
        public String groupId() {
            return "";
        }
    }
}
