package dev.curia.replica.grpc;

import dev.curia.proto.replication.v1.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * A {@code LeaderMessage} of replication.proto without the generated class, whose record bytes would be copied twice.
 *
 * @param baseOffset where {@code records} continue the follower's log
 * @param refusal set: the subscription has ended
 * @param subscribed the first frame of an accepted subscription
 * @param replicatedOffset every assigned replica has what lies before it
 * @param deletesRemovedTo before it tombstones and markers may be missing in {@code records}
 */
record LeaderFrame(
        int handle,
        int leaderEpoch,
        long baseOffset,
        long highWatermark,
        long logStartOffset,
        @Nullable Refusal refusal,
        boolean subscribed,
        long replicatedOffset,
        long deletesRemovedTo,
        RecordBody records) {

    static LeaderFrame refusal(int handle, Refusal refusal) {
        return new LeaderFrame(handle, refusal.getLeaderEpoch(), 0, 0, 0, refusal, false, 0, 0, RecordBody.EMPTY);
    }
}
