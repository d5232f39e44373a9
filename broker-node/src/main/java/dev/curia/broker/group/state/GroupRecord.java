package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;

/** What the group coordinator persists, each kind one of Kafka's {@code __consumer_offsets} schemas or its tombstone. Immutable. */
public sealed interface GroupRecord
        permits GroupRecord.OffsetWritten,
                GroupRecord.OffsetRemoved,
                GroupRecord.GroupWritten,
                GroupRecord.GroupRemoved,
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
}
