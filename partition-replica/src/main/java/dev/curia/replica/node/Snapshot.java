package dev.curia.replica.node;

import dev.curia.log.CompactionBounds;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.View;
import dev.curia.replica.port.LeaderLease;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A replica as other threads see it. Immutable; published whole after each change.
 *
 * @param epochStartOffset where a leader's epoch begins; 0 for a follower
 * @param electable other brokers that may be elected in a leader's place
 * @param assigned how many replicas the partition has
 * @param maxLag of a leader's slowest follower, in records
 * @param replicatedOffset every assigned replica has what lies before it
 */
record Snapshot(
        View view,
        long epochStartOffset,
        List<Integer> electable,
        int assigned,
        boolean underMinIsr,
        long maxLag,
        long replicatedOffset,
        boolean offline) {
    static Snapshot idle(long logStart, long lastStableOffset, long highWatermark, long logEnd) {
        return new Snapshot(
                new View(false, -1, -1, logStart, lastStableOffset, highWatermark, logEnd, List.of()),
                0,
                List.of(),
                0,
                false,
                0,
                0,
                false);
    }

    Snapshot asOffline() {
        return ended(true);
    }

    /** The same of one that does not lead any more, nor follow. */
    Snapshot ended() {
        return ended(false);
    }

    private Snapshot ended(boolean nowOffline) {
        View v = view;
        View ended = new View(
                false,
                v.leader(),
                v.leaderEpoch(),
                v.logStartOffset(),
                v.lastStableOffset(),
                v.highWatermark(),
                v.logEndOffset(),
                v.isr());
        return new Snapshot(ended, 0, List.of(), assigned, false, 0, 0, nowOffline);
    }

    boolean underReplicated() {
        return view.leading() && view.isr().size() < assigned;
    }

    /** The end of what a reader may see. */
    long endFor(Replica.Isolation isolation) {
        return switch (isolation) {
            case LOG_END -> view.logEndOffset();
            case READ_UNCOMMITTED -> view.highWatermark();
            case READ_COMMITTED -> view.lastStableOffset();
        };
    }

    /** How far the log may be compacted; empty: not at all, the replica neither leads nor follows. */
    Optional<CompactionBounds> compactionBounds() {
        if (offline || view.leader() < 0) return Optional.empty();
        long stable = Math.min(view.highWatermark(), view.lastStableOffset());
        return Optional.of(new CompactionBounds(stable, replicatedOffset));
    }

    /** Whether a client that believes in {@code epoch} may be served here. */
    ErrorCode checkLeader(OptionalInt epoch, LeaderLease lease) {
        ErrorCode refused = checkLeader(epoch);
        boolean deposed = refused == ErrorCode.NONE && !lease.holds(electable);
        return deposed ? ErrorCode.NOT_LEADER_OR_FOLLOWER : refused;
    }

    /** The same of somebody who must not care whether another leads by now. */
    ErrorCode checkLeader(OptionalInt epoch) {
        return check(epoch, view.leading());
    }

    /** Whether a reader that believes in {@code epoch} may be served here, where this replica leads or follows. */
    ErrorCode checkReplica(OptionalInt epoch) {
        return check(epoch, view.leader() >= 0);
    }

    private ErrorCode check(OptionalInt epoch, boolean serves) {
        if (offline) return ErrorCode.KAFKA_STORAGE_ERROR;
        if (epoch.isPresent() && epoch.getAsInt() < view.leaderEpoch()) return ErrorCode.FENCED_LEADER_EPOCH;
        if (epoch.isPresent() && epoch.getAsInt() > view.leaderEpoch()) return ErrorCode.UNKNOWN_LEADER_EPOCH;
        return serves ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
}
