package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A shard's classic groups: begun when somebody names them, forgotten when they have become nothing but a name. Single-threaded. */
final class ClassicGroups {
    private final Map<String, ClassicGroup> live = new LinkedHashMap<>();
    private final CommittedGroups committed;
    private final Offsets offsets;
    private final GroupEvents events;

    ClassicGroups(CommittedGroups committed, Offsets offsets, GroupEvents events) {
        this.committed = committed;
        this.offsets = offsets;
        this.events = events;
    }

    Collection<ClassicGroup> all() {
        return live.values();
    }

    /** Also one that is about to go. */
    @Nullable
    ClassicGroup get(String groupId) {
        return live.get(groupId);
    }

    @Nullable
    ClassicGroup find(String groupId) {
        ClassicGroup group = live.get(groupId);
        return group == null || group.is(GroupState.DEAD) ? null : group;
    }

    ClassicGroup orNew(String groupId, Now now) {
        return live.computeIfAbsent(groupId, id -> new ClassicGroup(id, now.wallMs(), events));
    }

    /** As it was written. */
    ClassicGroup restore(String groupId, GroupSnapshot snapshot) {
        ClassicGroup group = ClassicGroup.restore(groupId, snapshot, events);
        live.put(groupId, group);
        return group;
    }

    void clear() {
        live.clear();
    }

    /** Requests must not leave groups behind that are nothing but a name. */
    Outcome<GroupRecord> thenForget(ClassicGroup group, Outcome<GroupRecord> outcome) {
        if (outcome.records().isEmpty()) {
            return new Outcome<>(
                    List.of(),
                    () -> {
                        outcome.committed().run();
                        forgetIfNothing(group);
                    },
                    outcome.failed());
        }
        return outcome.and(new Outcome<>(List.of(), () -> forgetIfNothing(group), error -> forgetIfNothing(group)));
    }

    void forgetIfNothing(@Nullable ClassicGroup group) {
        if (group == null || !group.is(GroupState.EMPTY)) return;
        boolean nothing = group.pendingMembers.isEmpty()
                && group.members().isEmpty()
                && !committed.contains(group.id)
                && offsets.present(group.id).isEmpty();
        if (nothing) forget(group);
    }

    void forget(ClassicGroup group) {
        if (live.remove(group.id, group)) events.stateChanged(group.state(), null);
    }
}
