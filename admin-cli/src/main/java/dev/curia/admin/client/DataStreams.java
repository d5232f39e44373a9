package dev.curia.admin.client;

import dev.curia.proto.common.v1.ErrorCode;
import io.grpc.Status;
import java.util.Set;

/** What producing and consuming share: which failures pass by themselves. Stateless. */
final class DataStreams {
    private static final Set<ErrorCode> PASSING = Set.of(
            ErrorCode.NOT_LEADER_OR_FOLLOWER,
            ErrorCode.LEADER_NOT_AVAILABLE,
            ErrorCode.REPLICA_NOT_AVAILABLE,
            ErrorCode.NOT_ENOUGH_REPLICAS,
            ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            ErrorCode.REQUEST_TIMED_OUT,
            ErrorCode.NETWORK_EXCEPTION,
            ErrorCode.FENCED_LEADER_EPOCH,
            ErrorCode.UNKNOWN_LEADER_EPOCH,
            ErrorCode.OFFSET_NOT_AVAILABLE,
            ErrorCode.KAFKA_STORAGE_ERROR,
            // A broker may hear of a new topic a moment after the controller answered.
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

    private static final Set<ErrorCode> MAYBE_DONE =
            Set.of(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);

    private DataStreams() {}

    /** Trying again, perhaps at another broker, may succeed. */
    static boolean passes(ErrorCode code) {
        return PASSING.contains(code);
    }

    /** The broker may have kept the records although it says it failed. */
    static boolean maybeDone(ErrorCode code) {
        return MAYBE_DONE.contains(code);
    }

    /** A broken connection and the like, as opposed to a request that will never be taken. */
    static boolean passes(Throwable failure) {
        return switch (Status.fromThrowable(failure).getCode()) {
            case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL, ABORTED -> true;
            default -> false;
        };
    }
}
