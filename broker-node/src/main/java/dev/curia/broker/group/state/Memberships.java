package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.GroupRecord.GroupWritten;
import dev.curia.broker.group.state.LeaveGroup.MemberReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What members of one group do after they have joined: SyncGroup, Heartbeat, LeaveGroup. */
final class Memberships {
    private final ShardTimers<GroupTimer> timers;
    private final Rebalances rebalances;

    Memberships(ShardTimers<GroupTimer> timers, Rebalances rebalances) {
        this.timers = timers;
        this.rebalances = rebalances;
    }

    Outcome<GroupRecord> sync(
            ClassicGroup group, SyncGroup.Request request, Now now, Consumer<SyncGroup.Reply> answer) {
        Errors error = group.validate(request.memberId(), request.instanceId(), request.generation());
        if (error == Errors.NONE
                && (differs(request.protocolType(), group.protocolType())
                        || differs(request.protocol(), group.protocol()))) {
            error = Errors.INCONSISTENT_GROUP_PROTOCOL;
        }
        if (error == Errors.NONE && group.is(GroupState.PREPARING_REBALANCE)) error = Errors.REBALANCE_IN_PROGRESS;
        Member member = group.member(request.memberId());
        if (error != Errors.NONE || member == null) {
            answer.accept(SyncGroup.Reply.failed(error));
            return Outcome.none();
        }
        rebalances.synced(group, member.id);
        if (group.is(GroupState.STABLE)) {
            answer.accept(group.synced(member));
            return Outcome.none();
        }
        member.awaitSync(answer);
        boolean writes = group.isLeader(member.id) && group.writingGeneration != group.generation();
        return writes ? write(group, request.assignments(), now) : Outcome.none();
    }

    private static boolean differs(@Nullable String claimed, @Nullable String actual) {
        return claimed != null && !claimed.equals(actual);
    }

    /** Nobody learns its assignment before it is committed, so a failover can't deny one that is in use. */
    private Outcome<GroupRecord> write(ClassicGroup group, Map<String, Bytes> given, Now now) {
        Map<String, Bytes> assignments = new HashMap<>();
        for (Member m : group.members()) assignments.put(m.id, given.getOrDefault(m.id, Bytes.EMPTY));
        int generation = group.generation();
        group.writingGeneration = generation;
        return new Outcome<>(
                List.of(new GroupWritten(group.id, group.snapshot(assignments, now.wallMs()))),
                () -> {
                    if (isWriting(group, generation)) rebalances.install(group, assignments, now);
                },
                error -> {
                    // The generation stays open: the members join and sync again.
                    if (isWriting(group, generation)) rebalances.dropAssignments(group, error);
                });
    }

    private static boolean isWriting(ClassicGroup group, int generation) {
        return group.is(GroupState.COMPLETING_REBALANCE) && group.writingGeneration == generation;
    }

    Errors heartbeat(ClassicGroup group, Heartbeat.Request request, Now now) {
        Errors error = group.validate(request.memberId(), request.instanceId(), request.generation());
        Member member = group.member(request.memberId());
        if (error != Errors.NONE || member == null) return error;
        rebalances.renewSession(group, member, now);
        return group.is(GroupState.PREPARING_REBALANCE) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    Outcome<GroupRecord> leave(
            ClassicGroup group, LeaveGroup.Request request, Now now, Consumer<LeaveGroup.Reply> answer) {
        if (group.is(GroupState.DEAD)) {
            answer.accept(LeaveGroup.Reply.failed(Errors.COORDINATOR_NOT_AVAILABLE));
            return Outcome.none();
        }
        List<MemberReply> replies = new ArrayList<>();
        for (LeaveGroup.Member leaving : request.members())
            replies.add(new MemberReply(leaving, leave(group, leaving)));
        answer.accept(new LeaveGroup.Reply(Errors.NONE, replies));
        String gone = MemberReply.gone(replies);
        return gone.isEmpty() ? Outcome.none() : rebalances.afterRemoval(group, Trigger.left(gone), now);
    }

    private Errors leave(ClassicGroup group, LeaveGroup.Member leaving) {
        String memberId = leaving.memberId();
        if (group.pendingMembers.remove(memberId)) {
            timers.cancel(GroupTimer.pending(group.id, memberId));
            return Errors.NONE;
        }
        String instanceId = leaving.instanceId();
        if (memberId.isEmpty() && instanceId != null) {
            String current = group.staticMember(instanceId);
            if (current == null) return Errors.UNKNOWN_MEMBER_ID;
            memberId = current;
        }
        Errors error = group.validate(memberId, instanceId);
        Member member = group.member(memberId);
        if (error != Errors.NONE || member == null) return error;
        rebalances.remove(group, member, Errors.UNKNOWN_MEMBER_ID);
        return Errors.NONE;
    }
}
