package dev.curia.broker.group.state;

import dev.curia.broker.group.state.ConsumerRecord.GroupEpoch;
import dev.curia.broker.group.state.ConsumerRecord.TargetEpoch;
import dev.curia.broker.group.state.MemberProgress.Phase;
import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * Turns a classic group with members into a consumer group and back (KIP-848), while its members go on: what each has, it keeps, and the
 * generation becomes the epoch. Pure.
 */
final class Migration {
    private final MigrationPolicy policy;
    private final int maxConsumerSize;
    private final int maxClassicSize;
    private final EmbeddedProtocol embedded;

    Migration(MigrationPolicy policy, int maxConsumerSize, int maxClassicSize, EmbeddedProtocol embedded) {
        this.policy = policy;
        this.maxConsumerSize = maxConsumerSize;
        this.maxClassicSize = maxClassicSize;
        this.embedded = embedded;
    }

    /**
     * Writes a stable classic group into an empty draft.
     *
     * @throws Refused when it can't be, or not now
     */
    void upgrade(ClassicGroup classic, GroupDraft draft, SubscribableTopics topics) {
        if (policy == MigrationPolicy.DISABLED
                || policy == MigrationPolicy.DOWNGRADE
                || !"consumer".equals(classic.protocolType())) {
            throw new Refused(Errors.GROUP_ID_NOT_FOUND, "Group " + classic.id + " is not a consumer group.");
        }
        if (classic.members().size() >= maxConsumerSize) {
            throw new Refused(
                    Errors.GROUP_MAX_SIZE_REACHED, "The classic group has as many members as a consumer group may.");
        }
        boolean settled = classic.is(GroupState.STABLE)
                && classic.members().stream().noneMatch(m -> m.awaitsJoin() || m.awaitsSync());
        if (!settled) {
            // Its members have no assignment yet that could be kept; the one that comes tries again.
            throw new Refused(
                    Errors.COORDINATOR_LOAD_IN_PROGRESS, "Group " + classic.id + " is in a rebalance: try again.");
        }
        int epoch = Math.max(1, classic.generation());
        try {
            for (Member member : classic.members()) upgrade(member, epoch, draft, topics);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Errors.GROUP_ID_NOT_FOUND,
                    "Group " + classic.id + " can't become a consumer group: " + e.getMessage());
        }
        draft.add(new GroupEpoch(classic.id, new ConsumerRecord.Epoch(epoch, draft.metadataHash())));
        draft.add(new TargetEpoch(classic.id, new ConsumerRecord.Target(epoch, 0)));
    }

    private void upgrade(Member member, int epoch, GroupDraft draft, SubscribableTopics topics) {
        EmbeddedProtocol.Subscription subscription =
                embedded.subscription(member.protocols.get(0).metadata());
        draft.put(
                member.id,
                new ConsumerMember(
                        member.instanceId,
                        subscription.rackId(),
                        member.client,
                        new TreeSet<>(subscription.topics()),
                        null,
                        member.rebalanceTimeoutMs,
                        null,
                        new ConsumerMember.Classic(member.sessionTimeoutMs, member.protocols)));
        TopicPartitions has = ids(embedded.assigned(member.assignment), topics);
        draft.target(member.id, has);
        draft.progress(member.id, new MemberProgress(epoch, epoch, Phase.STABLE, has, TopicPartitions.EMPTY));
    }

    static TopicPartitions ids(List<TopicPartition> partitions, SubscribableTopics topics) {
        TopicPartitions.Builder ids = new TopicPartitions.Builder();
        for (TopicPartition partition : partitions) {
            topics.find(partition.topic()).ifPresent(topic -> ids.add(topic.id(), partition.partition()));
        }
        return ids.build();
    }

    static List<TopicPartition> names(TopicPartitions partitions, SubscribableTopics topics) {
        List<TopicPartition> names = new ArrayList<>();
        partitions.forEach((id, partition) ->
                topics.find(id).ifPresent(topic -> names.add(new TopicPartition(topic.name(), partition))));
        return names;
    }

    /** Nobody is left who needs a consumer group, and somebody who doesn't. */
    boolean goesBack(ConsumerGroup group) {
        boolean allowed = policy == MigrationPolicy.DOWNGRADE || policy == MigrationPolicy.BIDIRECTIONAL;
        return allowed
                && !group.members().isEmpty()
                && group.members().size() <= maxClassicSize
                && group.members().values().stream().allMatch(member -> member.classic() != null);
    }

    /** @return the classic group that takes the place of this one; its members then have to rebalance */
    GroupSnapshot downgrade(ConsumerGroup group, SubscribableTopics topics, long wallMs) {
        Map<String, ConsumerMember> members = new TreeMap<>(group.members());
        String protocol = commonProtocol(members);
        // The newest that a member knows: those are told to join again, the others that theirs is an old one.
        int generation = members.keySet().stream()
                .mapToInt(memberId -> group.progress(memberId).epoch())
                .max()
                .orElse(1);
        List<MemberSnapshot> snapshots = new ArrayList<>();
        members.forEach((memberId, member) -> {
            ConsumerMember.Classic classic = Objects.requireNonNull(member.classic());
            Bytes metadata = classic.protocols().get(0).metadata();
            for (JoinGroup.Protocol p : classic.protocols()) if (p.name().equals(protocol)) metadata = p.metadata();
            snapshots.add(new MemberSnapshot(
                    memberId,
                    member.instanceId(),
                    member.client().id(),
                    member.client().host(),
                    member.rebalanceTimeoutMs(),
                    classic.sessionTimeoutMs(),
                    metadata,
                    embedded.assignment(names(group.progress(memberId).assigned(), topics), metadata)));
        });
        return new GroupSnapshot(
                "consumer", generation, protocol, snapshots.get(0).memberId(), wallMs, snapshots);
    }

    private static String commonProtocol(Map<String, ConsumerMember> members) {
        Map<String, Integer> support = new HashMap<>();
        List<String> order = new ArrayList<>();
        for (ConsumerMember member : members.values()) {
            for (String name : protocolNames(member)) {
                if (support.merge(name, 1, Integer::sum) == 1) order.add(name);
            }
        }
        return order.stream()
                .filter(name -> support.getOrDefault(name, 0) == members.size())
                .findFirst()
                .orElse(order.get(0));
    }

    static Set<String> protocolNames(ConsumerMember member) {
        Set<String> names = new java.util.LinkedHashSet<>();
        if (member.classic() != null) member.classic().protocols().forEach(p -> names.add(p.name()));
        return names;
    }
}
