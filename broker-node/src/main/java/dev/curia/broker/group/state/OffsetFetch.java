package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/** Asks how far a group has read. */
public final class OffsetFetch {
    private OffsetFetch() {}

    /**
     * @param partitions empty: all the group has committed
     * @param memberId of a consumer group's member (KIP-848); empty: whoever asks need not be one
     * @param memberEpoch that it names; -1 none
     */
    public record Request(String groupId, Optional<List<TopicPartition>> partitions, String memberId, int memberEpoch) {
        /** Of whoever it may be. */
        public Request(String groupId, Optional<List<TopicPartition>> partitions) {
            this(groupId, partitions, "", -1);
        }
    }

    /**
     * Without the partitions that have no committed offset.
     *
     * @param unstable of those asked for, the ones that a transaction which has not ended has written
     */
    public record Reply(Errors error, Map<TopicPartition, CommittedOffset> offsets, Set<TopicPartition> unstable) {
        public Reply(Errors error, Map<TopicPartition, CommittedOffset> offsets) {
            this(error, offsets, Set.of());
        }

        public static Reply failed(Errors error) {
            return new Reply(error, Map.of());
        }
    }
}
