package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.GroupRecord.GroupWritten;
import dev.curia.broker.group.state.JoinGroup.Reply;
import dev.curia.broker.group.state.JoinGroup.Request;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;

/** JoinGroup on one group: admits members, which then wait for the generation they will be in. */
final class Joins {
    private final GroupSettings settings;
    private final ShardTimers<GroupTimer> timers;
    private final Rebalances rebalances;
    private final Supplier<String> memberIdSuffix;

    /** @param memberIdSuffix makes new member ids unique for ever */
    Joins(
            GroupSettings settings,
            ShardTimers<GroupTimer> timers,
            Rebalances rebalances,
            Supplier<String> memberIdSuffix) {
        this.settings = settings;
        this.timers = timers;
        this.rebalances = rebalances;
        this.memberIdSuffix = memberIdSuffix;
    }

    Outcome<GroupRecord> join(ClassicGroup group, Request request, Now now, Consumer<Reply> answer) {
        if (group.is(GroupState.DEAD)) return refuse(Errors.COORDINATOR_NOT_AVAILABLE, request, answer);
        if (!hasRoom(group, request.memberId())) {
            Member member = group.member(request.memberId());
            if (member != null) rebalances.remove(group, member, Errors.GROUP_MAX_SIZE_REACHED);
            answer.accept(Reply.failed(Errors.GROUP_MAX_SIZE_REACHED, ""));
            return rebalances.completeIfAllJoined(group, now);
        }
        if (!group.supports(request)) return refuse(Errors.INCONSISTENT_GROUP_PROTOCOL, request, answer);
        return request.memberId().isEmpty()
                ? joinNew(group, request, now, answer)
                : joinKnown(group, request, now, answer);
    }

    private static Outcome<GroupRecord> refuse(Errors error, Request request, Consumer<Reply> answer) {
        answer.accept(Reply.failed(error, request.memberId()));
        return Outcome.none();
    }

    /** In a rebalance those that wait count, since a group may be too large by an earlier limit. */
    private boolean hasRoom(ClassicGroup group, String memberId) {
        Member member = group.member(memberId);
        if (group.is(GroupState.PREPARING_REBALANCE)) {
            return (member != null && member.awaitsJoin()) || group.awaitingJoin() < settings.maxSize();
        }
        return group.is(GroupState.EMPTY) || member != null || group.members().size() < settings.maxSize();
    }

    private Outcome<GroupRecord> joinNew(ClassicGroup group, Request request, Now now, Consumer<Reply> answer) {
        String instanceId = request.instanceId();
        String memberId = (instanceId == null ? request.client().id() : instanceId) + "-" + memberIdSuffix.get();
        if (instanceId != null) {
            String existing = group.staticMember(instanceId);
            Member old = existing == null ? null : group.member(existing);
            return old == null
                    ? admit(group, memberId, request, now, answer)
                    : takeOver(group, old, memberId, request, now, answer);
        }
        if (!request.requireKnownMemberId()) return admit(group, memberId, request, now, answer);
        group.pendingMembers.add(memberId);
        timers.schedule(GroupTimer.pending(group.id, memberId), request.sessionTimeoutMs());
        answer.accept(Reply.failed(Errors.MEMBER_ID_REQUIRED, memberId));
        return Outcome.none();
    }

    private Outcome<GroupRecord> joinKnown(ClassicGroup group, Request request, Now now, Consumer<Reply> answer) {
        String memberId = request.memberId();
        if (request.instanceId() == null && group.pendingMembers.contains(memberId)) {
            timers.cancel(GroupTimer.pending(group.id, memberId));
            return admit(group, memberId, request, now, answer);
        }
        Errors error = group.validate(memberId, request.instanceId());
        Member member = group.member(memberId);
        if (error != Errors.NONE || member == null) return refuse(error, request, answer);
        boolean unchanged = member.protocols.equals(request.protocols());
        if (group.is(GroupState.COMPLETING_REBALANCE) && unchanged) {
            // It may not have got the first answer.
            answer.accept(group.joined(member));
            return Outcome.none();
        }
        if (group.is(GroupState.STABLE) && unchanged && !group.isLeader(memberId)) {
            // Nothing to rebalance for: it goes on with SyncGroup. A leader that joins asks for a new assignment.
            answer.accept(group.joined(member));
            return Outcome.none();
        }
        if (group.is(GroupState.EMPTY)) return refuse(Errors.UNKNOWN_MEMBER_ID, request, answer);
        member.update(request);
        member.awaitJoin(answer);
        Trigger trigger = unchanged ? Trigger.askedByLeader(memberId) : Trigger.otherSubscription(memberId);
        return rebalances.begin(group, trigger, now);
    }

    private Outcome<GroupRecord> admit(
            ClassicGroup group, String memberId, Request request, Now now, Consumer<Reply> answer) {
        Member member = new Member(memberId, request);
        member.isNew = true;
        if (group.is(GroupState.PREPARING_REBALANCE) && group.wasEmpty()) group.newMemberAdded = true;
        group.add(member, request.protocolType());
        member.awaitJoin(answer);
        rebalances.beginFirstSession(group, member, now);
        return rebalances.begin(group, Trigger.joined(memberId), now);
    }

    /** A static member restarts: in a stable group it takes over the old one's assignment without a rebalance, if it can. */
    private Outcome<GroupRecord> takeOver(
            ClassicGroup group, Member old, String memberId, Request request, Now now, Consumer<Reply> answer) {
        String leaderBefore = group.leader();
        Member successor = new Member(memberId, request);
        timers.cancel(GroupTimer.session(group.id, old.id));
        group.replace(old, successor);
        rebalances.renewSession(group, successor, now);
        successor.awaitJoin(answer);
        if (!group.is(GroupState.STABLE) || !group.chooseProtocol().equals(group.protocol())) {
            return rebalances.begin(group, Trigger.joined(memberId), now);
        }
        Map<String, Bytes> assignments =
                group.members().stream().collect(Collectors.toMap(m -> m.id, m -> m.assignment));
        int generation = group.generation();
        return new Outcome<>(
                List.of(new GroupWritten(group.id, group.snapshot(assignments, now.wallMs()))),
                () -> {
                    // A rebalance meanwhile has the successor wait for the next generation instead.
                    if (group.is(GroupState.STABLE) && group.generation() == generation) {
                        successor.answerJoin(takenOver(group, successor, leaderBefore, request));
                    }
                },
                error -> {
                    // The log still names the old member: should it be replayed, the successor joins once more.
                    if (group.is(GroupState.STABLE) && group.generation() == generation) {
                        successor.answerJoin(Reply.failed(error, memberId));
                    }
                });
    }

    private static Reply takenOver(ClassicGroup group, Member successor, String leaderBefore, Request request) {
        boolean leads = group.isLeader(successor.id);
        boolean skip = request.supportsSkippingAssignment();
        return new Reply(
                Errors.NONE,
                group.generation(),
                group.protocolType(),
                group.protocol(),
                // A client that can't skip the assignment must not learn that it leads, or it would compute one.
                skip ? group.leader() : leaderBefore,
                successor.id,
                skip && leads,
                skip && leads ? group.subscriptions() : List.of());
    }
}
