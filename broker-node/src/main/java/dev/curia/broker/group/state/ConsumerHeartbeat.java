package dev.curia.broker.group.state;

import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A member of a consumer group (KIP-848) joins, lives, acknowledges and leaves, all with one request. */
public final class ConsumerHeartbeat {
    /** Joins. */
    public static final int JOIN_EPOCH = 0;
    /** Leaves. */
    public static final int LEAVE_EPOCH = -1;
    /** A static member leaves and will be back. */
    public static final int STATIC_LEAVE_EPOCH = MemberProgress.LEFT;

    private ConsumerHeartbeat() {}

    /**
     * Null, or -1 for the timeout: as before.
     *
     * @param memberEpoch the last it was told, or one of those above
     * @param regex empty: none any more
     * @param owned partitions it has, by topic id
     */
    public record Request(
            String groupId,
            String memberId,
            int memberEpoch,
            @Nullable String instanceId,
            @Nullable String rackId,
            int rebalanceTimeoutMs,
            JoinGroup.Client client,
            @Nullable List<String> topics,
            @Nullable String regex,
            @Nullable String assignor,
            @Nullable TopicPartitions owned) {
        /** It tells everything, since it doesn't know what the coordinator knows. */
        boolean isFull() {
            return rebalanceTimeoutMs != -1 && (topics != null || regex != null) && owned != null;
        }
    }

    /**
     * @param memberEpoch to name in the next heartbeat
     * @param assignment all it shall have now; null: as it was
     */
    public record Reply(
            Errors error,
            @Nullable String message,
            String memberId,
            int memberEpoch,
            int heartbeatIntervalMs,
            @Nullable TopicPartitions assignment) {
        public static Reply failed(Errors error, @Nullable String message) {
            return new Reply(error, message, "", 0, 0, null);
        }
    }
}
