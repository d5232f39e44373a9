package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.group.state.LeaveGroup.MemberReply;
import dev.curia.broker.group.state.LiveConsumerGroup.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/** Requests of the classic protocol to consumer groups: from members that have not been upgraded yet, and to groups that nobody is in. */
final class MixedGroups {
    private final ConsumerGroups groups;
    private final ConsumerSessions sessions;
    private final ClassicMembers members;
    private final ConsumerPorts ports;
    private final Supplier<String> memberIdSuffix;

    MixedGroups(
            ConsumerGroups groups, ConsumerSessions sessions, ConsumerPorts ports, Supplier<String> memberIdSuffix) {
        this.groups = groups;
        this.sessions = sessions;
        this.members = new ClassicMembers(ports.settings(), ports.embedded());
        this.ports = ports;
        this.memberIdSuffix = memberIdSuffix;
    }

    /** @param classic joins the classic group, should there be one or nothing at all */
    Outcome<GroupRecord> join(
            JoinGroup.Request request,
            Now now,
            Consumer<JoinGroup.Reply> answer,
            Function<Now, Outcome<GroupRecord>> classic) {
        LiveConsumerGroup its = groups.live(request.groupId());
        if (!request.memberId().isEmpty()) its.supersede(request.memberId());
        return groups.onceInTurn(
                its,
                new Waiting(
                        request.memberId(),
                        time -> decideJoin(its, request, time, answer, classic),
                        error -> answer.accept(JoinGroup.Reply.failed(error, request.memberId()))),
                now);
    }

    private Outcome<GroupRecord> decideJoin(
            LiveConsumerGroup its,
            JoinGroup.Request request,
            Now now,
            Consumer<JoinGroup.Reply> answer,
            Function<Now, Outcome<GroupRecord>> classic) {
        Consumer<Errors> refuse = error -> answer.accept(JoinGroup.Reply.failed(error, request.memberId()));
        ConsumerGroup group = groups.group(its.id);
        if (!group.exists()) return classic.apply(now);
        GroupDraft draft = groups.draft(its.id);
        if (group.members().isEmpty()) {
            draft.removeAll();
            return new Outcome<>(draft.records(), () -> its.waiting.addFirst(new Waiting("", classic, refuse)), refuse);
        }
        boolean named = !request.memberId().isEmpty();
        String prefix = request.instanceId() == null ? request.client().id() : request.instanceId();
        String memberId = named ? request.memberId() : prefix + "-" + memberIdSuffix.get();
        if (!named && request.requireKnownMemberId()) {
            answer.accept(JoinGroup.Reply.failed(Errors.MEMBER_ID_REQUIRED, memberId));
            return Outcome.none();
        }
        long topicsVersion = its.topicsVersion;
        JoinGroup.Reply reply;
        try {
            reply = members.join(draft, request, memberId, its.assignedVersion < topicsVersion, now);
        } catch (Refused refused) {
            refuse.accept(refused.error());
            return Outcome.none();
        }
        return new Outcome<>(
                draft.records(),
                () -> {
                    its.because(draft);
                    its.assignedVersion = topicsVersion;
                    sessions.heard(its, groups.group(its.id), memberId, now);
                    sessions.mustCome(its, groups.group(its.id), memberId, true);
                    answer.accept(reply);
                },
                refuse);
    }

    Outcome<GroupRecord> sync(SyncGroup.Request request, Now now, Consumer<SyncGroup.Reply> answer) {
        LiveConsumerGroup its = groups.live(request.groupId());
        return whenItExists(
                its, request.memberId(), now, error -> answer.accept(SyncGroup.Reply.failed(error)), time -> {
                    SyncGroup.Reply reply = members.sync(
                            groups.group(its.id), request, ports.topics().get());
                    sessions.heard(its, groups.group(its.id), request.memberId(), time);
                    sessions.hasCome(its, request.memberId());
                    answer.accept(reply);
                });
    }

    Outcome<GroupRecord> heartbeat(Heartbeat.Request request, Now now, Consumer<Errors> answer) {
        LiveConsumerGroup its = groups.live(request.groupId());
        return whenItExists(its, request.memberId(), now, answer, time -> {
            ConsumerGroup group = groups.group(its.id);
            boolean mustJoin = members.mustJoin(group, request) || topicsChanged(its);
            sessions.heard(its, group, request.memberId(), time);
            if (mustJoin) sessions.mustCome(its, group, request.memberId(), false);
            answer.accept(mustJoin ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE);
        });
    }

    private boolean topicsChanged(LiveConsumerGroup its) {
        if (its.assignedVersion >= its.topicsVersion) return false;
        if (groups.draft(its.id).metadataHash() != groups.group(its.id).metadataHash()) return true;
        its.assignedVersion = its.topicsVersion;
        return false;
    }

    /** What changes no records is answered at once, but for a group that is only being written. */
    private Outcome<GroupRecord> whenItExists(
            LiveConsumerGroup its, String memberId, Now now, Consumer<Errors> refuse, Consumer<Now> action) {
        Function<Now, Outcome<GroupRecord>> change = time -> {
            try {
                action.accept(time);
            } catch (Refused refused) {
                refuse.accept(refused.error());
            }
            return Outcome.none();
        };
        Waiting asked = new Waiting(memberId, change, refuse);
        return groups.group(its.id).exists() ? change.apply(now) : groups.onceInTurn(its, asked, now);
    }

    /** Members leave, or an administrator removes them, of either protocol when it names an instance. */
    Outcome<GroupRecord> leave(LeaveGroup.Request request, Now now, Consumer<LeaveGroup.Reply> answer) {
        LiveConsumerGroup its = groups.live(request.groupId());
        Consumer<Errors> refuse = error -> answer.accept(LeaveGroup.Reply.failed(error));
        return groups.onceInTurn(
                its,
                new Waiting(
                        "",
                        time -> {
                            GroupDraft draft = groups.draft(its.id);
                            List<MemberReply> replies = new ArrayList<>();
                            for (LeaveGroup.Member leaving : request.members()) {
                                replies.add(new MemberReply(leaving, leave(draft, leaving)));
                            }
                            Runnable done = () -> {
                                its.because(draft);
                                answer.accept(new LeaveGroup.Reply(Errors.NONE, replies));
                            };
                            if (draft.records().isEmpty()) return new Outcome<>(List.of(), done, refuse);
                            draft.bump(Trigger.left(MemberReply.gone(replies)));
                            return groups.removed(its, draft, time, done, refuse);
                        },
                        refuse),
                now);
    }

    private static Errors leave(GroupDraft draft, LeaveGroup.Member leaving) {
        String holder = leaving.instanceId() == null ? null : draft.group().staticMember(leaving.instanceId());
        boolean byInstance = leaving.memberId().isEmpty();
        String memberId = byInstance ? holder : leaving.memberId();
        ConsumerMember member = memberId == null ? null : draft.group().member(memberId);
        if (memberId == null || member == null) return Errors.UNKNOWN_MEMBER_ID;
        if (leaving.instanceId() != null && !memberId.equals(holder)) return Errors.FENCED_INSTANCE_ID;
        if (!byInstance && member.classic() == null) return Errors.UNKNOWN_MEMBER_ID;
        draft.remove(memberId);
        return Errors.NONE;
    }
}
