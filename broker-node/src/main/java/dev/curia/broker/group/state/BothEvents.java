package dev.curia.broker.group.state;

import org.jspecify.annotations.Nullable;

/** Tells two listeners. */
record BothEvents(GroupEvents first, GroupEvents second) implements GroupEvents {
    @Override
    public void rebalanceStarted(String groupId, Trigger trigger) {
        first.rebalanceStarted(groupId, trigger);
        second.rebalanceStarted(groupId, trigger);
    }

    @Override
    public void memberTooLate(String groupId, String memberId) {
        first.memberTooLate(groupId, memberId);
        second.memberTooLate(groupId, memberId);
    }

    @Override
    public void rebalanceCompleted(String groupId, int generation, int members) {
        first.rebalanceCompleted(groupId, generation, members);
        second.rebalanceCompleted(groupId, generation, members);
    }

    @Override
    public void offsetsReset(String groupId, String text) {
        first.offsetsReset(groupId, text);
        second.offsetsReset(groupId, text);
    }

    @Override
    public void unloaded(String groupId) {
        first.unloaded(groupId);
        second.unloaded(groupId);
    }

    @Override
    public void offsetsCommitted(String groupId, int count) {
        first.offsetsCommitted(groupId, count);
        second.offsetsCommitted(groupId, count);
    }

    @Override
    public void stateChanged(@Nullable GroupState from, @Nullable GroupState to) {
        first.stateChanged(from, to);
        second.stateChanged(from, to);
    }
}
