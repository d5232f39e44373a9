package dev.curia.broker.coordinator;

import dev.curia.proto.common.v1.ErrorCode;
import org.apache.kafka.common.protocol.Errors;

/** What the answer to an append means for the shard that asked, and for its callers. */
final class AppendErrors {
    private AppendErrors() {}

    /** What is known of the records. */
    enum Verdict {
        /** In the log for good. */
        COMMITTED,
        /** Not in the log, and never will be. */
        REFUSED,
        /** This broker doesn't lead any more; the next leader's log tells. */
        DEPOSED,
        /** Perhaps in the log. */
        UNKNOWN
    }

    static Verdict verdict(ErrorCode error) {
        return switch (error) {
            case NONE -> Verdict.COMMITTED;
            case NOT_ENOUGH_REPLICAS,
                    KAFKA_STORAGE_ERROR,
                    MESSAGE_TOO_LARGE,
                    RECORD_LIST_TOO_LARGE,
                    INVALID_RECORD,
                    INVALID_TIMESTAMP,
                    CORRUPT_MESSAGE,
                    INVALID_REQUIRED_ACKS,
                    INVALID_PRODUCER_EPOCH,
                    INVALID_TXN_STATE,
                    TRANSACTION_COORDINATOR_FENCED -> Verdict.REFUSED;
            case NOT_LEADER_OR_FOLLOWER,
                    FENCED_LEADER_EPOCH,
                    UNKNOWN_LEADER_EPOCH,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    UNKNOWN_TOPIC_ID -> Verdict.DEPOSED;
            default -> Verdict.UNKNOWN;
        };
    }

    /** As Kafka answers them: what can be tried again is told as such. */
    static Errors toCoordinatorError(ErrorCode refused) {
        return switch (refused) {
            case NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR -> Errors.COORDINATOR_NOT_AVAILABLE;
            case INVALID_PRODUCER_EPOCH -> Errors.INVALID_PRODUCER_EPOCH;
            case INVALID_TXN_STATE -> Errors.INVALID_TXN_STATE;
            case TRANSACTION_COORDINATOR_FENCED -> Errors.TRANSACTION_COORDINATOR_FENCED;
            default -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }
}
