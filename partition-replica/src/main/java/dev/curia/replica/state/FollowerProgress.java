package dev.curia.replica.state;

/**
 * What a leader knows of one follower. Immutable. Times are monotonic nanoseconds.
 *
 * @param assignedSince the partition epoch from which on it is known to be a replica without a break
 * @param brokerEpoch of the incarnation that reported last, -1: none has in this leader epoch
 * @param attached whether it has a running subscription
 * @param logEndOffset everything below is in its log; {@link #UNKNOWN} until it has said
 * @param wholeCopy whether all it has was copied from this leader in this epoch, beginning with an empty log
 * @param caughtUpNanos the last time at which it had everything the leader had
 * @param heardNanos when it last subscribed or acknowledged; at first, when this leader began to count
 * @param markOffset the leader's log end offset at {@code markNanos}: reaching it proves the follower was caught up then
 */
record FollowerProgress(
        int brokerId,
        int assignedSince,
        long brokerEpoch,
        boolean attached,
        long logEndOffset,
        boolean wholeCopy,
        long caughtUpNanos,
        long markOffset,
        long markNanos,
        long heardNanos) {
    static final long UNKNOWN = -1;

    /** Before it has said anything; in-sync members get the full lag time from now. */
    static FollowerProgress unknown(int brokerId, int assignedSince, long leaderEndOffset, long nowNanos) {
        return new FollowerProgress(
                brokerId, assignedSince, -1, false, UNKNOWN, false, nowNanos, leaderEndOffset, nowNanos, nowNanos);
    }

    /** A new subscription starts at {@code position}; it may lie below what an earlier incarnation reported. */
    FollowerProgress attached(long epoch, long position, boolean empty, long leaderEndOffset, long nowNanos) {
        boolean copy = empty || continuesCopy(position);
        return new FollowerProgress(
                        brokerId,
                        assignedSince,
                        epoch,
                        true,
                        position,
                        copy,
                        caughtUpNanos,
                        markOffset,
                        markNanos,
                        nowNanos)
                .marked(leaderEndOffset, nowNanos);
    }

    /** Whether {@code position} adds to what this leader has seen the follower copy, all of it. */
    boolean continuesCopy(long position) {
        return wholeCopy && position >= logEndOffset;
    }

    FollowerProgress detached() {
        return new FollowerProgress(
                brokerId,
                assignedSince,
                brokerEpoch,
                false,
                logEndOffset,
                wholeCopy,
                caughtUpNanos,
                markOffset,
                markNanos,
                heardNanos);
    }

    FollowerProgress acknowledged(long offset, long leaderEndOffset, long nowNanos) {
        long end = Math.max(logEndOffset, offset);
        return new FollowerProgress(
                        brokerId,
                        assignedSince,
                        brokerEpoch,
                        attached,
                        end,
                        wholeCopy,
                        caughtUpNanos,
                        markOffset,
                        markNanos,
                        nowNanos)
                .marked(leaderEndOffset, nowNanos);
    }

    /** The leader is about to append: one that has everything so far was caught up until now. */
    FollowerProgress beforeAppend(long leaderEndOffset, long nowNanos) {
        if (logEndOffset < leaderEndOffset) return this;
        return new FollowerProgress(
                brokerId,
                assignedSince,
                brokerEpoch,
                attached,
                logEndOffset,
                wholeCopy,
                nowNanos,
                leaderEndOffset,
                nowNanos,
                heardNanos);
    }

    boolean lags(long leaderEndOffset, long lagMaxNanos, long nowNanos) {
        return logEndOffset < leaderEndOffset && nowNanos - caughtUpNanos > lagMaxNanos;
    }

    private FollowerProgress marked(long leaderEndOffset, long nowNanos) {
        if (logEndOffset >= leaderEndOffset) {
            return new FollowerProgress(
                    brokerId,
                    assignedSince,
                    brokerEpoch,
                    attached,
                    logEndOffset,
                    wholeCopy,
                    nowNanos,
                    leaderEndOffset,
                    nowNanos,
                    heardNanos);
        }
        if (logEndOffset < markOffset) return this;
        return new FollowerProgress(
                brokerId,
                assignedSince,
                brokerEpoch,
                attached,
                logEndOffset,
                wholeCopy,
                markNanos,
                leaderEndOffset,
                nowNanos,
                heardNanos);
    }

    /** As it is at {@code nowNanos}. */
    Laggard laggard(long leaderEndOffset, long nowNanos) {
        long behind = logEndOffset == UNKNOWN ? -1 : leaderEndOffset - logEndOffset;
        return new Laggard(brokerId, attached, behind, nowNanos - caughtUpNanos, nowNanos - heardNanos);
    }
}
