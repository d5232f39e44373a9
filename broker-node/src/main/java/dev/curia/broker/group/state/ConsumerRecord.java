package dev.curia.broker.group.state;

import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is persisted of a consumer group (KIP-848), each kind one of Kafka's schemas; a null value is its tombstone. Immutable. Kafka's
 * ConsumerGroupPartitionMetadata is neither written nor needed: since Kafka 4.1 a hash in the group's own record has its place.
 */
public sealed interface ConsumerRecord extends GroupRecord {
    /** ConsumerGroupMetadata: there is a consumer group. */
    record GroupEpoch(String groupId, @Nullable Epoch value) implements ConsumerRecord {}

    /**
     * @param epoch rises with every change that asks for another assignment
     * @param metadataHash of the subscribed topics as they were; 0 for none
     */
    record Epoch(int epoch, long metadataHash) {}

    /** ConsumerGroupMemberMetadata. */
    record Member(String groupId, String memberId, @Nullable ConsumerMember value) implements ConsumerRecord {}

    /** ConsumerGroupTargetAssignmentMetadata: the targets that are written are those of this group epoch. */
    record TargetEpoch(String groupId, @Nullable Target value) implements ConsumerRecord {}

    /** @param timestampMs wall clock, when the assignment was computed; 0 unknown */
    record Target(int epoch, long timestampMs) {}

    /** ConsumerGroupTargetAssignmentMember. */
    record TargetOf(
            String groupId, String memberId, @Nullable TopicPartitions value) implements ConsumerRecord {}

    /** ConsumerGroupCurrentMemberAssignment. */
    record ProgressOf(
            String groupId, String memberId, @Nullable MemberProgress value) implements ConsumerRecord {}

    /** ConsumerGroupRegularExpression. */
    record Regex(
            String groupId, String expression, @Nullable Resolved value) implements ConsumerRecord {}

    /**
     * The topics that an expression matches.
     *
     * @param version of the metadata that was looked at
     * @param timestampMs wall clock
     */
    record Resolved(NavigableSet<String> topics, long version, long timestampMs) {
        public Resolved {
            topics = java.util.Collections.unmodifiableNavigableSet(new TreeSet<>(topics));
        }
    }
}
