package dev.curia.replica.node;

import dev.curia.log.PartitionLog;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.DivergingEpoch;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicationSource.Position;
import java.util.Optional;

/** Compares a follower's position with the leader's history (KIP-101, KIP-279). Stateless. */
final class PositionCheck {
    private PositionCheck() {}

    /** Empty: it may go on from there. Else it is to cut its log, or to begin anew. */
    static Optional<Refused> of(Position from, PartitionLog log, int leaderEpoch) {
        long start = log.logStartOffset();
        Refused startOver = new Refused(ErrorCode.OFFSET_OUT_OF_RANGE, leaderEpoch, Optional.empty(), start);
        if (from.lastEpoch() >= 0) {
            EpochEnd end = log.endOffsetForEpoch(from.lastEpoch());
            if (end.epoch() < 0) {
                // Nothing here is as old as the follower's last batch.
                return from.logEndOffset() == start ? Optional.empty() : Optional.of(startOver);
            }
            if (end.epoch() != from.lastEpoch() || end.endOffset() < from.logEndOffset()) {
                DivergingEpoch diverging = DivergingEpoch.newBuilder()
                        .setEpoch(end.epoch())
                        .setEndOffset(end.endOffset())
                        .build();
                return Optional.of(new Refused(ErrorCode.NONE, leaderEpoch, Optional.of(diverging), start));
            }
        }
        boolean within = from.logEndOffset() >= start && from.logEndOffset() <= log.logEndOffset();
        return within ? Optional.empty() : Optional.of(startOver);
    }
}
