package dev.curia.broker.txn.state;

import dev.curia.common.id.TopicPartition;
import java.util.Set;

/**
 * A transaction that is decided and gets its markers. Immutable.
 *
 * @param shard the partition of {@code __transaction_state} that it is kept in
 * @param coordinatorEpoch the leader epoch of that partition: later coordinators fence earlier ones by it
 * @param raisesEpoch the markers' epoch is above that of the transaction's batches
 */
public record EndedTxn(
        int shard,
        int coordinatorEpoch,
        String transactionalId,
        long producerId,
        short producerEpoch,
        boolean commit,
        boolean raisesEpoch,
        Set<TopicPartition> partitions) {
    public EndedTxn {
        partitions = Set.copyOf(partitions);
    }
}
