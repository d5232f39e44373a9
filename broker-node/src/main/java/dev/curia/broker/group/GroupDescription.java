package dev.curia.broker.group;

import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.ConsumerView;
import dev.curia.broker.group.state.GroupState;
import dev.curia.broker.group.state.GroupView;
import dev.curia.broker.group.state.MemberSnapshot;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.group.state.OffsetReset;
import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * All that an administrator wants to see of a group, of either protocol. Immutable.
 *
 * @param assignor or protocol; empty: none is chosen
 * @param offsets committed ones
 * @param resets that can be taken back, newest first
 */
public record GroupDescription(
        Errors error,
        String groupId,
        GroupState state,
        String type,
        String protocolType,
        String assignor,
        List<Member> members,
        Map<TopicPartition, CommittedOffset> offsets,
        List<OffsetReset.Kept> resets) {

    /** Somebody in the group. */
    public record Member(
            String memberId,
            @Nullable String instanceId,
            String clientId,
            String clientHost,
            List<TopicPartition> assigned) {}

    static GroupDescription failed(Errors error, String groupId) {
        return new GroupDescription(error, groupId, GroupState.DEAD, "", "", "", List.of(), Map.of(), List.of());
    }

    /** The one of both that exists; as yet without offsets and resets. */
    static GroupDescription of(ConsumerView.Described consumer, GroupView.Described classic) {
        if (consumer.error() == Errors.NONE) return of(consumer);
        if (consumer.error() != Errors.GROUP_ID_NOT_FOUND) return failed(consumer.error(), consumer.groupId());
        return classic.error() == Errors.NONE ? of(classic) : failed(classic.error(), classic.groupId());
    }

    GroupDescription withOffsets(OffsetFetch.Reply reply) {
        Errors either = error == Errors.NONE ? reply.error() : error;
        return new GroupDescription(
                either, groupId, state, type, protocolType, assignor, members, reply.offsets(), resets);
    }

    GroupDescription withResets(List<OffsetReset.Kept> kept) {
        return new GroupDescription(error, groupId, state, type, protocolType, assignor, members, offsets, kept);
    }

    private static GroupDescription of(ConsumerView.Described group) {
        return new GroupDescription(
                Errors.NONE,
                group.groupId(),
                group.state(),
                "consumer",
                "consumer",
                group.assignor(),
                group.members().stream()
                        .map(view -> new Member(
                                view.memberId(),
                                view.member().instanceId(),
                                view.member().client().id(),
                                view.member().client().host(),
                                named(view.assigned(), group.topics())))
                        .toList(),
                Map.of(),
                List.of());
    }

    /** Without topics that are gone. */
    private static List<TopicPartition> named(TopicPartitions partitions, @Nullable SubscribableTopics topics) {
        List<TopicPartition> named = new ArrayList<>();
        if (topics == null) return named;
        partitions
                .topics()
                .forEach((id, numbers) -> topics.find(id)
                        .ifPresent(topic ->
                                numbers.forEach(number -> named.add(new TopicPartition(topic.name(), number)))));
        return named;
    }

    private static GroupDescription of(GroupView.Described group) {
        return new GroupDescription(
                Errors.NONE,
                group.groupId(),
                group.state(),
                "classic",
                group.protocolType(),
                group.protocol(),
                group.members().stream()
                        .map(member -> member(member, group.protocolType()))
                        .toList(),
                Map.of(),
                List.of());
    }

    private static Member member(MemberSnapshot member, String protocolType) {
        boolean consumer = protocolType.equals("consumer");
        return new Member(
                member.memberId(),
                member.instanceId(),
                member.clientId(),
                member.clientHost(),
                consumer ? assigned(member.assignment()) : List.of());
    }

    private static List<TopicPartition> assigned(Bytes assignment) {
        try {
            return new EmbeddedConsumerProtocol().assigned(assignment);
        } catch (IllegalArgumentException e) {
            // Written by its leader, in a way that only its members understand.
            return List.of();
        }
    }
}
