package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.group.state.MemberProgress.Phase;
import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Members of a consumer group that speak the classic protocol (KIP-848's migration): JoinGroup tells what they have and takes the next
 * step to their target, SyncGroup fetches it, Heartbeat tells them to join again. None of them ever leads. Pure: writes into a draft; throws
 * {@link Refused}.
 */
final class ClassicMembers {
    private final ConsumerSettings settings;
    private final EmbeddedProtocol embedded;

    ClassicMembers(ConsumerSettings settings, EmbeddedProtocol embedded) {
        this.settings = settings;
        this.embedded = embedded;
    }

    /** @param memberId of the request, or a new one */
    JoinGroup.Reply join(GroupDraft draft, JoinGroup.Request request, String memberId, boolean topicsChanged, Now now) {
        EmbeddedProtocol.Subscription subscription = subscription(draft.group(), request, memberId);
        ConsumerMember before = find(draft, request, memberId);
        ConsumerMember after = new ConsumerMember(
                request.instanceId(),
                subscription.rackId(),
                request.client(),
                new TreeSet<>(subscription.topics()),
                null,
                request.rebalanceTimeoutMs(),
                null,
                new ConsumerMember.Classic(request.sessionTimeoutMs(), request.protocols()));
        if (!after.equals(before)) draft.put(memberId, after);
        draft.bumpIfChanged(memberId, before, after, topicsChanged);
        if (draft.group().epoch() > draft.group().targetEpoch()) draft.assign(settings.assignors(), now);
        MemberProgress progress = draft.group().progress(memberId);
        MemberProgress next = new Reconciliation(draft.group(), memberId, owned(subscription, progress, draft)).next();
        if (!next.equals(progress) || before == null) draft.progress(memberId, next);
        return new JoinGroup.Reply(
                Errors.NONE,
                next.epoch(),
                "consumer",
                request.protocols().get(0).name(),
                "",
                memberId,
                false,
                List.of());
    }

    private EmbeddedProtocol.Subscription subscription(
            ConsumerGroup group, JoinGroup.Request request, String memberId) {
        Refused refused = new Refused(
                Errors.INCONSISTENT_GROUP_PROTOCOL, "Member " + memberId + "'s protocols are not supported.");
        if (!"consumer".equals(request.protocolType()) || request.protocols().isEmpty()) throw refused;
        Set<String> common = new LinkedHashSet<>();
        request.protocols().forEach(p -> common.add(p.name()));
        group.members().forEach((id, member) -> {
            if (member.classic() != null && !id.equals(memberId)) common.retainAll(Migration.protocolNames(member));
        });
        if (common.isEmpty()) throw refused;
        try {
            return embedded.subscription(request.protocols().get(0).metadata());
        } catch (IllegalArgumentException e) {
            throw new Refused(Errors.INCONSISTENT_GROUP_PROTOCOL, String.valueOf(e.getMessage()));
        }
    }

    /** What it claims to have from an earlier generation it has lost meanwhile. */
    private static TopicPartitions owned(
            EmbeddedProtocol.Subscription subscription, MemberProgress progress, GroupDraft draft) {
        boolean current = subscription.generation() == progress.epoch() || subscription.generation() == -1;
        return current ? Migration.ids(subscription.owned(), draft.topics()) : TopicPartitions.EMPTY;
    }

    /** @return null for a new one */
    private @Nullable ConsumerMember find(GroupDraft draft, JoinGroup.Request request, String memberId) {
        ConsumerGroup group = draft.group();
        String holder = request.instanceId() == null ? null : group.staticMember(request.instanceId());
        if (request.instanceId() != null && !request.memberId().isEmpty()) {
            if (holder == null) throw new Refused(Errors.UNKNOWN_MEMBER_ID, "The instance id is unknown.");
            if (!holder.equals(memberId)) throw new Refused(Errors.FENCED_INSTANCE_ID, "The instance id is in use.");
        }
        if (holder != null && !holder.equals(memberId)) return takeOver(draft, holder, memberId);
        ConsumerMember member = group.member(memberId);
        if (member == null && group.members().size() >= settings.maxSize()) {
            throw new Refused(Errors.GROUP_MAX_SIZE_REACHED, "The consumer group has reached its maximum capacity.");
        }
        return member;
    }

    /** As in the classic protocol, the newest of an instance id is the one. */
    private static ConsumerMember takeOver(GroupDraft draft, String holder, String memberId) {
        ConsumerMember member = Objects.requireNonNull(draft.group().member(holder));
        MemberProgress had = draft.group().progress(holder);
        TopicPartitions target = draft.group().target(holder);
        draft.remove(holder);
        draft.put(memberId, member);
        draft.target(memberId, target);
        int epoch = had.epoch() == MemberProgress.LEFT ? had.previousEpoch() : had.epoch();
        draft.progress(memberId, new MemberProgress(epoch, epoch, Phase.STABLE, had.assigned(), TopicPartitions.EMPTY));
        return member;
    }

    SyncGroup.Reply sync(ConsumerGroup group, SyncGroup.Request request, SubscribableTopics topics) {
        ConsumerMember.Classic classic = check(group, request.memberId(), request.instanceId(), request.generation());
        JoinGroup.Protocol first = classic.protocols().get(0);
        boolean differs =
                (request.protocolType() != null && !request.protocolType().equals("consumer"))
                        || (request.protocol() != null && !request.protocol().equals(first.name()));
        if (differs) throw new Refused(Errors.INCONSISTENT_GROUP_PROTOCOL, "Another protocol was joined with.");
        MemberProgress progress = group.progress(request.memberId());
        if (group.epoch() > progress.epoch() && progress.phase() != Phase.UNREVOKED) {
            throw new Refused(Errors.REBALANCE_IN_PROGRESS, "There is a newer epoch.");
        }
        return new SyncGroup.Reply(
                Errors.NONE,
                "consumer",
                first.name(),
                embedded.assignment(Migration.names(progress.assigned(), topics), first.metadata()));
    }

    /** @return whether it has to join again */
    boolean mustJoin(ConsumerGroup group, Heartbeat.Request request) {
        check(group, request.memberId(), request.instanceId(), request.generation());
        MemberProgress progress = group.progress(request.memberId());
        if (group.epoch() > progress.epoch() || progress.phase() == Phase.UNREVOKED) return true;
        return !new Reconciliation(group, request.memberId(), progress.assigned())
                .next()
                .equals(progress);
    }

    private static ConsumerMember.Classic check(
            ConsumerGroup group, String memberId, @Nullable String instanceId, int generation) {
        String holder = instanceId == null ? memberId : group.staticMember(instanceId);
        ConsumerMember member = holder == null ? null : group.member(holder);
        if (holder != null && !holder.equals(memberId)) {
            throw new Refused(Errors.FENCED_INSTANCE_ID, "The instance id is " + holder + "'s.");
        }
        if (member == null || member.classic() == null) {
            throw new Refused(Errors.UNKNOWN_MEMBER_ID, "Not a member of the classic protocol.");
        }
        if (group.progress(memberId).epoch() != generation) {
            throw new Refused(Errors.ILLEGAL_GENERATION, "Its epoch is another.");
        }
        return member.classic();
    }
}
