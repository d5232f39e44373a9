package dev.curia.broker.group.state;

import org.jspecify.annotations.Nullable;

/** Hears of what happens in groups, for metrics and the journal. Called on the shard's thread; must be quick. */
public interface GroupEvents {
    /** Partitions are dealt out anew; told again when something else happens before that is complete. */
    default void rebalanceStarted(String groupId, Trigger trigger) {}

    /** It is thrown out of the rebalance, which goes on without it. */
    default void memberTooLate(String groupId, String memberId) {}

    /**
     * A generation is complete: each member has what it is assigned, or there are none.
     *
     * @param generation or epoch, of a consumer group
     */
    default void rebalanceCompleted(String groupId, int generation, int members) {}

    /** An administrator has set offsets, or taken that back. */
    default void offsetsReset(String groupId, String text) {}

    /** Another broker coordinates the group from now on, as far as is known here. */
    default void unloaded(String groupId) {}

    /** {@code count} offsets are committed. */
    default void offsetsCommitted(String groupId, int count) {}

    /** A group is in another state; null: it was not, or is not any more, coordinated here. */
    default void stateChanged(@Nullable GroupState from, @Nullable GroupState to) {}

    /** Tells both, this one first. */
    default GroupEvents and(GroupEvents other) {
        return new BothEvents(this, other);
    }

    /** Hears nothing. */
    GroupEvents NONE = new GroupEvents() {};
}
