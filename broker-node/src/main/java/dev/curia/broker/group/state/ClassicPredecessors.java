package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import org.apache.kafka.common.protocol.Errors;

/** A classic group makes room for a consumer group, or gets it back; its offsets stay. */
final class ClassicPredecessors implements ConsumerGroups.Predecessors {
    private final ClassicGroups live;
    private final CommittedGroups committed;
    private final Rebalances rebalances;
    private final Migration migration;

    ClassicPredecessors(ClassicGroups live, CommittedGroups committed, Rebalances rebalances, Migration migration) {
        this.live = live;
        this.committed = committed;
        this.rebalances = rebalances;
        this.migration = migration;
    }

    @Override
    public void makeRoom(String groupId, GroupDraft draft) {
        ClassicGroup classic = live.get(groupId);
        if (committed.group(groupId).isPresent()) draft.records().add(new GroupRemoved(groupId));
        if (classic != null && !classic.is(GroupState.EMPTY)) migration.upgrade(classic, draft, draft.topics());
    }

    @Override
    public void replaced(String groupId) {
        ClassicGroup classic = live.get(groupId);
        if (classic == null) return;
        rebalances.stopTimers(classic);
        classic.members().forEach(member -> member.fail(Errors.REBALANCE_IN_PROGRESS));
        live.forget(classic);
    }

    @Override
    public void restored(String groupId, GroupSnapshot snapshot, Now now) {
        ClassicGroup classic = live.restore(groupId, snapshot);
        classic.members().forEach(member -> rebalances.renewSession(classic, member, now));
        // Whoever has gone was a member: its partitions are to be dealt out. Nobody has joined yet, so nothing is
        // written.
        rebalances
                .begin(classic, Trigger.protocolChanged("classic"), now)
                .committed()
                .run();
    }
}
