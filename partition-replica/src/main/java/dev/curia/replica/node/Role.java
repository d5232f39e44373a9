package dev.curia.replica.node;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.ReplicaAssignment;

/** What a replica is in one leader epoch. Confined to the replica's loop. */
sealed interface Role permits LeaderRole, FollowerRole {
    int leaderEpoch();

    long highWatermark();

    /** Whether {@code next} leaves the role as it is, but for details. */
    boolean accepts(ReplicaAssignment next);

    /** Details changed: ISR, replicas, settings. */
    void assigned(ReplicaAssignment next);

    void tick();

    /** Everything before {@code offset} is on disk. */
    void flushed(long offset);

    /** The log starts later than it did: retention or compaction dropped its beginning. */
    void logStartMoved();

    /** Where the log starts has been put on disk. */
    void startStored();

    /** The last call. */
    void end(ErrorCode code, String why);
}
