package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.ConsumerHeartbeat.JOIN_EPOCH;
import static dev.curia.broker.group.state.ConsumerHeartbeat.STATIC_LEAVE_EPOCH;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.group.state.ConsumerHeartbeat.Reply;
import dev.curia.broker.group.state.ConsumerHeartbeat.Request;
import dev.curia.broker.group.state.MemberProgress.Phase;
import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What a heartbeat of a member changes in its group, and what it is told. Pure: writes into a draft; throws {@link Refused}. */
final class ConsumerHeartbeats {
    private final ConsumerSettings settings;

    ConsumerHeartbeats(ConsumerSettings settings) {
        this.settings = settings;
    }

    /** @throws Refused when the request is none that could ever be served */
    void check(Request request) {
        boolean joins = request.memberEpoch() == JOIN_EPOCH;
        refuseIf(request.groupId().isEmpty(), "GroupId can't be empty.");
        refuseIf(request.memberId().isEmpty(), "MemberId can't be empty.");
        refuseIf(isEmpty(request.instanceId()), "InstanceId can't be empty.");
        refuseIf(isEmpty(request.rackId()), "RackId can't be empty.");
        refuseIf(request.memberEpoch() < STATIC_LEAVE_EPOCH, "MemberEpoch is invalid.");
        refuseIf(
                request.memberEpoch() == STATIC_LEAVE_EPOCH && request.instanceId() == null,
                "InstanceId can't be null.");
        refuseIf(joins && request.rebalanceTimeoutMs() == -1, "RebalanceTimeoutMs must be provided in first request.");
        refuseIf(
                joins && (request.owned() == null || !request.owned().isEmpty()),
                "TopicPartitions must be empty when (re-)joining.");
        refuseIf(
                joins && request.topics() == null && request.regex() == null,
                "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
        String assignor = request.assignor();
        if (assignor != null && settings.assignors().find(assignor).isEmpty()) {
            throw new Refused(
                    Errors.UNSUPPORTED_ASSIGNOR,
                    "ServerAssignor " + assignor + " is not supported. Supported assignors: "
                            + String.join(", ", settings.assignors().names()) + ".");
        }
    }

    private static boolean isEmpty(@Nullable String text) {
        return text != null && text.isEmpty();
    }

    private static void refuseIf(boolean bad, String message) {
        if (bad) throw new Refused(Errors.INVALID_REQUEST, message);
    }

    /** @param topicsChanged since the group was last assigned, perhaps */
    Reply heartbeat(GroupDraft draft, Request request, boolean topicsChanged, Now now) {
        String memberId = request.memberId();
        ConsumerMember before = find(draft, request);
        TopicPartitions assignedBefore = draft.group().progress(memberId).assigned();
        ConsumerMember after = updated(before, request);
        if (!after.equals(before)) draft.put(memberId, after);
        draft.bumpIfChanged(memberId, before, after, topicsChanged);
        if (draft.group().epoch() > draft.group().targetEpoch()) draft.assign(settings.assignors(), now);
        MemberProgress progress = draft.group().progress(memberId);
        if (progress.phase() == Phase.UNKNOWN
                && (request.owned() == null || !request.owned().isEmpty())) {
            throw new Refused(Errors.FENCED_MEMBER_EPOCH, "The member's state is of a newer version: it must rejoin.");
        }
        MemberProgress next = new Reconciliation(draft.group(), memberId, request.owned()).next();
        if (!next.equals(progress) || before == null) draft.progress(memberId, next);
        boolean tell = request.memberEpoch() == JOIN_EPOCH
                || request.isFull()
                || !next.assigned().equals(assignedBefore);
        return new Reply(
                Errors.NONE,
                null,
                memberId,
                next.epoch(),
                settings.timing().apply(request.groupId()).heartbeatIntervalMs(),
                tell ? next.assigned() : null);
    }

    /** @return null for a new one */
    private @Nullable ConsumerMember find(GroupDraft draft, Request request) {
        ConsumerGroup group = draft.group();
        ConsumerMember member = group.member(request.memberId());
        String holder = request.instanceId() == null ? null : group.staticMember(request.instanceId());
        boolean joins = request.memberEpoch() == JOIN_EPOCH;
        if (holder != null && !holder.equals(request.memberId())) {
            if (!joins) throw fencedInstance(request, holder);
            return takeOver(draft, request, holder);
        }
        if (request.instanceId() != null && holder == null && !joins) {
            throw new Refused(Errors.UNKNOWN_MEMBER_ID, "Instance id " + request.instanceId() + " is unknown.");
        }
        if (member == null) {
            if (!joins) throw unknown(request);
            if (group.members().size() >= settings.maxSize()) {
                throw new Refused(
                        Errors.GROUP_MAX_SIZE_REACHED,
                        "The consumer group has reached its maximum capacity of " + settings.maxSize() + " members.");
            }
            return null;
        }
        if (joins && group.progress(request.memberId()).epoch() == MemberProgress.LEFT) {
            draft.progress(request.memberId(), back(group.progress(request.memberId())));
        }
        checkEpoch(group.progress(request.memberId()), request);
        return member;
    }

    /** A static member is back under another member id. */
    private static ConsumerMember takeOver(GroupDraft draft, Request request, String holder) {
        ConsumerGroup group = draft.group();
        MemberProgress progress = group.progress(holder);
        if (progress.epoch() != MemberProgress.LEFT) {
            throw new Refused(
                    Errors.UNRELEASED_INSTANCE_ID,
                    "Static member " + request.memberId() + " with instance id " + request.instanceId()
                            + " cannot join the group because the instance id is owned by member " + holder + ".");
        }
        ConsumerMember member = Objects.requireNonNull(group.member(holder));
        TopicPartitions target = group.target(holder);
        draft.remove(holder);
        draft.put(request.memberId(), member);
        draft.target(request.memberId(), target);
        draft.progress(request.memberId(), back(progress));
        return member;
    }

    private static MemberProgress back(MemberProgress away) {
        return new MemberProgress(JOIN_EPOCH, JOIN_EPOCH, Phase.STABLE, away.assigned(), TopicPartitions.EMPTY);
    }

    private static Refused fencedInstance(Request request, String holder) {
        return new Refused(
                Errors.FENCED_INSTANCE_ID,
                "Static member " + request.memberId() + " with instance id " + request.instanceId()
                        + " was fenced by member " + holder + ".");
    }

    private static Refused unknown(Request request) {
        return new Refused(
                Errors.UNKNOWN_MEMBER_ID,
                "Member " + request.memberId() + " is not a member of group " + request.groupId() + ".");
    }

    private static void checkEpoch(MemberProgress progress, Request request) {
        int named = request.memberEpoch();
        // One that joins again, or whose first answer was lost, has nothing and is told all it may have.
        if (named == progress.epoch() || named == JOIN_EPOCH) return;
        if (named > progress.epoch()) {
            throw new Refused(
                    Errors.FENCED_MEMBER_EPOCH,
                    "The consumer group member has a greater member epoch (" + named
                            + ") than the one known by the group coordinator (" + progress.epoch()
                            + "). The member must abandon all its partitions and rejoin.");
        }
        boolean answerWasLost = named == progress.previousEpoch()
                && request.owned() != null
                && progress.assigned().containsAll(request.owned());
        if (!answerWasLost) {
            throw new Refused(
                    Errors.FENCED_MEMBER_EPOCH,
                    "The consumer group member has a smaller member epoch (" + named
                            + ") than the one known by the group coordinator (" + progress.epoch()
                            + "). The member must abandon all its partitions and rejoin.");
        }
    }

    private static ConsumerMember updated(@Nullable ConsumerMember before, Request request) {
        List<String> names = request.topics();
        NavigableSet<String> topics = before == null ? new TreeSet<>() : before.topics();
        String regex = before == null ? null : before.regex();
        if (request.regex() != null) regex = request.regex().isEmpty() ? null : request.regex();
        return new ConsumerMember(
                request.instanceId() != null || before == null ? request.instanceId() : before.instanceId(),
                request.rackId() != null || before == null ? request.rackId() : before.rackId(),
                request.client(),
                names == null ? topics : new TreeSet<>(names),
                regex,
                request.rebalanceTimeoutMs() != -1 || before == null
                        ? request.rebalanceTimeoutMs()
                        : before.rebalanceTimeoutMs(),
                request.assignor() != null || before == null ? request.assignor() : before.assignor(),
                null);
    }

    /** @throws Refused when there is no such member */
    Reply leave(GroupDraft draft, Request request) {
        ConsumerGroup group = draft.group();
        String memberId = request.memberId();
        if (request.instanceId() != null) {
            String holder = group.staticMember(request.instanceId());
            if (holder == null) {
                throw new Refused(Errors.UNKNOWN_MEMBER_ID, "Instance id " + request.instanceId() + " is unknown.");
            }
            if (!holder.equals(memberId)) throw fencedInstance(request, holder);
        }
        if (group.member(memberId) == null) throw unknown(request);
        if (request.memberEpoch() == STATIC_LEAVE_EPOCH) {
            MemberProgress now = group.progress(memberId);
            draft.progress(
                    memberId,
                    new MemberProgress(
                            MemberProgress.LEFT, now.epoch(), Phase.STABLE, now.assigned(), TopicPartitions.EMPTY));
        } else {
            draft.remove(memberId);
            draft.bump(Trigger.left(memberId));
        }
        return new Reply(Errors.NONE, null, memberId, request.memberEpoch(), 0, null);
    }
}
