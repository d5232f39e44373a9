package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.GroupRecord.GroupWritten;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * Drives a group from one generation to the next: who has to be waited for, how long, and when members are taken for dead. Timing is
 * Kafka's. Every method is a step on one group and leaves it consistent.
 */
final class Rebalances {
    private final GroupSettings settings;
    private final ShardTimers<GroupTimer> timers;
    private final GroupEvents events;

    Rebalances(GroupSettings settings, ShardTimers<GroupTimer> timers, GroupEvents events) {
        this.settings = settings;
        this.timers = timers;
        this.events = events;
    }

    /** Something has changed that the members must know of. */
    Outcome<GroupRecord> begin(ClassicGroup group, Trigger trigger, Now now) {
        if (!group.is(GroupState.EMPTY, GroupState.STABLE, GroupState.COMPLETING_REBALANCE)) {
            return completeIfAllJoined(group, now);
        }
        events.rebalanceStarted(group.id, trigger);
        if (group.is(GroupState.COMPLETING_REBALANCE)) dropAssignments(group, Errors.REBALANCE_IN_PROGRESS);
        timers.cancel(GroupTimer.sync(group.id));
        boolean first = group.is(GroupState.EMPTY);
        group.transitionTo(GroupState.PREPARING_REBALANCE, now.wallMs());
        if (first) {
            group.newMemberAdded = false;
            delayFirst(
                    group,
                    settings.initialRebalanceDelayMs(),
                    Math.max(group.rebalanceTimeoutMs() - settings.initialRebalanceDelayMs(), 0));
            return Outcome.none();
        }
        if (group.allJoined()) return complete(group, now);
        timers.schedule(GroupTimer.join(group.id), group.rebalanceTimeoutMs());
        return Outcome.none();
    }

    /** Somebody has joined or gone while the group waits for its members. The first generation always waits out its delay. */
    Outcome<GroupRecord> completeIfAllJoined(ClassicGroup group, Now now) {
        boolean done = group.is(GroupState.PREPARING_REBALANCE) && !group.wasEmpty() && group.allJoined();
        return done ? complete(group, now) : Outcome.none();
    }

    /** Members have gone. */
    Outcome<GroupRecord> afterRemoval(ClassicGroup group, Trigger trigger, Now now) {
        if (group.is(GroupState.STABLE, GroupState.COMPLETING_REBALANCE)) return begin(group, trigger, now);
        return completeIfAllJoined(group, now);
    }

    Outcome<GroupRecord> onJoinTimeout(ClassicGroup group, Now now) {
        if (!group.is(GroupState.PREPARING_REBALANCE)) return Outcome.none();
        int remaining = group.initialDelayRemainingMs;
        if (group.newMemberAdded && remaining > 0) {
            // Members still come in: wait for more, up to the rebalance timeout in all.
            group.newMemberAdded = false;
            delayFirst(
                    group,
                    Math.min(settings.initialRebalanceDelayMs(), remaining),
                    Math.max(remaining - group.initialDelayMs, 0));
            return Outcome.none();
        }
        return complete(group, now);
    }

    /** Members that joined but never fetched their assignment hold everybody up: they go. */
    Outcome<GroupRecord> onSyncTimeout(ClassicGroup group, Now now) {
        if (!group.is(GroupState.COMPLETING_REBALANCE, GroupState.STABLE) || group.pendingSync.isEmpty()) {
            return Outcome.none();
        }
        List<String> late = List.copyOf(group.pendingSync);
        for (String memberId : late) {
            Member member = group.member(memberId);
            if (member != null) remove(group, member, Errors.UNKNOWN_MEMBER_ID);
        }
        return begin(group, Trigger.tooSlow(String.join(", ", late)), now);
    }

    Outcome<GroupRecord> onSessionTimeout(ClassicGroup group, String memberId, Now now) {
        Member member = group.member(memberId);
        if (member == null) return Outcome.none();
        member.timerAtMs = -1;
        if (member.deadlineMs > now.monotonicMs()) {
            setDeadline(group, member, member.deadlineMs, now);
            return Outcome.none();
        }
        // A member that waits for an answer can't send heartbeats; its session is renewed with the answer. One that has
        // never been
        // answered may be a retry's forgotten twin, and may not wait for ever.
        if (!member.isNew && (member.awaitsJoin() || member.awaitsSync())) return Outcome.none();
        remove(group, member, Errors.UNKNOWN_MEMBER_ID);
        return afterRemoval(group, Trigger.silent(memberId), now);
    }

    Outcome<GroupRecord> onPendingTimeout(ClassicGroup group, String memberId, Now now) {
        return group.pendingMembers.remove(memberId) ? completeIfAllJoined(group, now) : Outcome.none();
    }

    /** The member has been heard of, or answered. */
    void renewSession(ClassicGroup group, Member member, Now now) {
        setDeadline(group, member, now.monotonicMs() + member.sessionTimeoutMs, now);
    }

    /** A new member can't send heartbeats before it is answered. */
    void beginFirstSession(ClassicGroup group, Member member, Now now) {
        setDeadline(group, member, now.monotonicMs() + settings.newMemberJoinTimeoutMs(), now);
    }

    void remove(ClassicGroup group, Member member, Errors error) {
        timers.cancel(GroupTimer.session(group.id, member.id));
        group.remove(member, error);
    }

    void synced(ClassicGroup group, String memberId) {
        if (group.pendingSync.remove(memberId) && group.pendingSync.isEmpty()) {
            timers.cancel(GroupTimer.sync(group.id));
        }
    }

    /** The group is not served here any more, or not at all. */
    void stopTimers(ClassicGroup group) {
        timers.cancel(GroupTimer.join(group.id));
        timers.cancel(GroupTimer.sync(group.id));
        group.members().forEach(m -> timers.cancel(GroupTimer.session(group.id, m.id)));
        group.pendingMembers.forEach(m -> timers.cancel(GroupTimer.pending(group.id, m)));
    }

    /** A heartbeat only moves the deadline; a timer that finds it moved is set again. So heartbeats cost no timers. */
    private void setDeadline(ClassicGroup group, Member member, long deadlineMs, Now now) {
        member.deadlineMs = deadlineMs;
        if (member.timerAtMs < 0 || member.timerAtMs > deadlineMs) {
            member.timerAtMs = deadlineMs;
            timers.schedule(GroupTimer.session(group.id, member.id), deadlineMs - now.monotonicMs());
        }
    }

    private void delayFirst(ClassicGroup group, int delayMs, int remainingMs) {
        group.initialDelayMs = delayMs;
        group.initialDelayRemainingMs = remainingMs;
        timers.schedule(GroupTimer.join(group.id), delayMs);
    }

    /** Ends the join phase, without those dynamic members that have not joined. */
    private Outcome<GroupRecord> complete(ClassicGroup group, Now now) {
        timers.cancel(GroupTimer.join(group.id));
        for (Member member : List.copyOf(group.members())) {
            if (member.awaitsJoin() || member.isStatic()) continue;
            events.memberTooLate(group.id, member.id);
            remove(group, member, Errors.UNKNOWN_MEMBER_ID);
        }
        if (!group.members().isEmpty() && !group.electJoinedLeader()) {
            // Only static members, none of them back yet: wait until they are, or their sessions end.
            timers.schedule(GroupTimer.join(group.id), group.rebalanceTimeoutMs());
            return Outcome.none();
        }
        group.beginGeneration(now.wallMs());
        if (group.members().isEmpty()) {
            events.rebalanceCompleted(group.id, group.generation(), 0);
            return new Outcome<>(
                    List.of(new GroupWritten(group.id, group.snapshot(Map.of(), now.wallMs()))), () -> {}, error -> {});
        }
        for (Member member : group.members()) {
            group.pendingSync.add(member.id);
            member.isNew = false;
            member.answerJoin(group.joined(member));
            renewSession(group, member, now);
        }
        timers.schedule(GroupTimer.sync(group.id), group.rebalanceTimeoutMs());
        return Outcome.none();
    }

    /** The generation is over before everybody had its assignment. */
    void dropAssignments(ClassicGroup group, Errors error) {
        group.writingGeneration = -1;
        for (Member member : group.members()) {
            member.assignment = Bytes.EMPTY;
            member.answerSync(SyncGroup.Reply.failed(error));
        }
    }

    /** The leader's assignment is committed: only now may anyone act on it. */
    void install(ClassicGroup group, Map<String, Bytes> assignments, Now now) {
        group.writingGeneration = -1;
        group.transitionTo(GroupState.STABLE, now.wallMs());
        for (Member member : group.members()) {
            member.assignment = assignments.getOrDefault(member.id, Bytes.EMPTY);
            if (member.awaitsSync()) {
                renewSession(group, member, now);
                member.answerSync(group.synced(member));
            }
        }
        events.rebalanceCompleted(group.id, group.generation(), group.members().size());
    }
}
