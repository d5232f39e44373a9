package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.OffsetResult;

/** Asks again and again where a partition ends, as a consumer does that wants to know its lag. */
final class SimEnds extends SimClient {
    private static final long LATEST = -1;

    private final Checker checker;

    SimEnds(SimCluster cluster, SimProcess process, TopicPartition partition, Checker checker) {
        super(cluster, process, partition);
        this.checker = checker;
    }

    @Override
    void turn() {
        long told = checker.toldEnd(partition);
        this.<OffsetResult>ask(
                (replica, back) ->
                        back.accept(replica.offsetForTime(LATEST, Isolation.READ_UNCOMMITTED, leaderEpoch())),
                answer -> {
                    if (answer.error() == ErrorCode.NONE) checker.endTold(partition, told, answer.offset());
                    // A new leader may not know yet.
                    boolean known =
                            answer.error() == ErrorCode.NONE || answer.error() == ErrorCode.OFFSET_NOT_AVAILABLE;
                    if (known) again(5 * World.MILLIS + random.nextLong(100 * World.MILLIS));
                    else lookElsewhere();
                });
    }
}
