package dev.curia.broker.grpc;

import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A partition looked up on this broker: its leading replica, or why it is not here and where it is. Immutable.
 *
 * @param replica null exactly when {@code status} is an error
 * @param leader broker id, -1: unknown
 */
record Located(@Nullable Replica replica, Status status, int leader) {

    /** @param allowed whoever asks may do with the topic what he wants to */
    static Located find(TopicPartition partition, Replicas replicas, PartitionLeaders leaders, boolean allowed) {
        if (!allowed) {
            String message = "not authorized to do that with topic " + partition.topic();
            return new Located(null, status(ErrorCode.TOPIC_AUTHORIZATION_FAILED, message), -1);
        }
        Replica replica = replicas.find(partition).orElse(null);
        if (replica != null) {
            Replica.View view = replica.view();
            if (view.leading()) return new Located(replica, Status.getDefaultInstance(), view.leader());
            return notLeader(partition, view.leader());
        }
        OptionalInt leader = leaders.leaderOf(partition);
        if (leader.isPresent()) return notLeader(partition, leader.getAsInt());
        return new Located(
                null,
                status(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "topic " + partition.topic() + " has no partition " + partition.partition()
                                + " that this broker knows of"),
                -1);
    }

    private static Located notLeader(TopicPartition partition, int leader) {
        String who = leader < 0 ? "no broker leads it at the moment" : "broker " + leader + " does";
        return new Located(
                null,
                status(ErrorCode.NOT_LEADER_OR_FOLLOWER, "this broker does not lead " + partition + ": " + who),
                leader);
    }

    static Status status(ErrorCode code, String message) {
        return Status.newBuilder().setCode(code).setMessage(message).build();
    }
}
