package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;

/** What the group coordinator persists, each kind one of Kafka's {@code __consumer_offsets} schemas or its tombstone, but for resets. Immutable. */
public sealed interface GroupRecord
        permits GroupRecord.OffsetWritten,
                GroupRecord.OffsetRemoved,
                GroupRecord.GroupWritten,
                GroupRecord.GroupRemoved,
                GroupRecord.ResetKept,
                GroupRecord.ResetForgotten,
                ConsumerRecord,
                TxnOffsetRecord {
    String groupId();

    /** OffsetCommitKey and OffsetCommitValue. */
    record OffsetWritten(String groupId, TopicPartition partition, CommittedOffset offset) implements GroupRecord {}

    /** A tombstone of OffsetCommitKey. */
    record OffsetRemoved(String groupId, TopicPartition partition) implements GroupRecord {}

    /** GroupMetadataKey and GroupMetadataValue. */
    record GroupWritten(String groupId, GroupSnapshot group) implements GroupRecord {}

    /** A tombstone of GroupMetadataKey. */
    record GroupRemoved(String groupId) implements GroupRecord {}

    /** A record type of our own, which Kafka's tools pass over. */
    record ResetKept(String groupId, long number, KeptReset reset) implements GroupRecord {}

    /** Its tombstone. */
    record ResetForgotten(String groupId, long number) implements GroupRecord {}
}
