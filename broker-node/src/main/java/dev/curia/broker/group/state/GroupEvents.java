package dev.curia.broker.group.state;

import org.jspecify.annotations.Nullable;

/** Hears of what happens in groups, for metrics and the journal. Called on the shard's thread; must be quick. */
public interface GroupEvents {
    /** Members are asked to join anew. */
    default void rebalanceStarted(String groupId) {}

    /** A generation is complete: its assignment is committed, or it has no members. */
    default void rebalanceCompleted(String groupId) {}

    /** {@code count} offsets are committed. */
    default void offsetsCommitted(String groupId, int count) {}

    /** A group is in another state; null: it was not, or is not any more, coordinated here. */
    default void stateChanged(@Nullable GroupState from, @Nullable GroupState to) {}

    /** Hears nothing. */
    GroupEvents NONE = new GroupEvents() {};
}
