package dev.curia.broker.group.state;

import dev.curia.broker.group.state.assign.TopicPartitions;

/**
 * How far a member of a consumer group is on its way to its target. Immutable. It owns what is assigned and what it has to give up; nobody
 * else is given any of that.
 *
 * @param epoch the one it must name; {@link #LEFT} for a static member that is away
 * @param previousEpoch the one before, in case the answer with the new one was lost; -1 none
 * @param revoking what it has been told to give up and has not yet
 */
public record MemberProgress(
        int epoch, int previousEpoch, Phase phase, TopicPartitions assigned, TopicPartitions revoking) {
    /** The epoch of a static member that is expected back. */
    public static final int LEFT = -2;

    /** Where it stands; {@code code} is what Kafka's records have. */
    public enum Phase {
        /** Has all of its target, or there is nothing it could do for more. */
        STABLE(0),
        /** Has to give partitions up before it gets others. */
        UNREVOKED(1),
        /** Waits for others to give partitions up. */
        UNRELEASED(2),
        /** Written by a version that knows more: it has to join anew. */
        UNKNOWN(127);

        private final int code;

        Phase(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        public static Phase of(int code) {
            for (Phase phase : values()) if (phase.code == code) return phase;
            return UNKNOWN;
        }
    }

    static final MemberProgress JOINING =
            new MemberProgress(0, -1, Phase.STABLE, TopicPartitions.EMPTY, TopicPartitions.EMPTY);

    TopicPartitions owned() {
        return assigned.plus(revoking);
    }

    boolean hasReached(int targetEpoch) {
        return phase == Phase.STABLE && epoch == targetEpoch;
    }
}
