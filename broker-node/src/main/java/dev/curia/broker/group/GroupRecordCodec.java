package dev.curia.broker.group;

import dev.curia.broker.coordinator.BatchKind;
import dev.curia.broker.coordinator.RecordCodec;
import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.ConsumerRecord;
import dev.curia.broker.group.state.GroupRecord;
import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import dev.curia.broker.group.state.GroupRecord.GroupWritten;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.broker.group.state.GroupRecord.ResetForgotten;
import dev.curia.broker.group.state.GroupRecord.ResetKept;
import dev.curia.broker.group.state.GroupSnapshot;
import dev.curia.broker.group.state.MemberSnapshot;
import dev.curia.broker.group.state.TxnOffsetRecord;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/**
 * Group records in the bytes of Kafka's {@code __consumer_offsets}, so that Kafka's tools read them. Stateless, thread-safe.
 *
 * <pre>
 * key    int16 type (1 offset, also 0 of old; 2 group), then
 *          offset: string group, string topic, int32 partition
 *          group:  string group
 * value  int16 version, then
 *          offset 3: int64 offset, int32 leaderEpoch, string metadata, int64 commitTimestamp
 *                 0, 2: without leaderEpoch;  1: that, then int64 expireTimestamp
 *                 4: as 3 with compact string, then tagged fields, 0: uuid topicId
 *          group  3: string protocolType, int32 generation, nullable string protocol, leader, int64 stateTimestamp, int32 count of
 *                    members: string id, nullable string instance, string client, host, int32 rebalanceTimeout, sessionTimeout,
 *                             bytes subscription, assignment
 *                 2: without instance;  1: nor stateTimestamp;  0: nor rebalanceTimeout
 *                 4: as 3 with compact types and tagged fields
 * </pre>
 *
 * Those of consumer groups are in {@link ConsumerRecordCodec}, resets in {@link ResetCodec}. Written are 3, and for offsets 1 with an expiry of their own and 4 with a topic id; all are read.
 */
public final class GroupRecordCodec implements RecordCodec<GroupRecord> {
    private static final int LEGACY_OFFSET = 0;
    private static final int OFFSET = 1;
    private static final int GROUP = 2;
    private static final int TOPIC_ID_TAG = 0;

    @Override
    public SimpleRecord encode(GroupRecord record, long timestampMs) {
        if (record instanceof OffsetWritten written) {
            return new SimpleRecord(
                    timestampMs, offsetKey(written.groupId(), written.partition()), offset(written.offset()));
        }
        if (record instanceof TxnOffsetRecord.PendingWritten pending) {
            return new SimpleRecord(
                    timestampMs, offsetKey(pending.groupId(), pending.partition()), offset(pending.offset()));
        }
        if (record instanceof OffsetRemoved removed) {
            return new SimpleRecord(timestampMs, offsetKey(removed.groupId(), removed.partition()), null);
        }
        if (record instanceof GroupWritten written) {
            return new SimpleRecord(timestampMs, groupKey(written.groupId()), group(written.group()));
        }
        if (record instanceof ResetKept kept) {
            return new SimpleRecord(
                    timestampMs, ResetCodec.key(kept.groupId(), kept.number()), ResetCodec.value(kept.reset()));
        }
        if (record instanceof ResetForgotten forgotten) {
            return new SimpleRecord(timestampMs, ResetCodec.key(forgotten.groupId(), forgotten.number()), null);
        }
        if (record instanceof ConsumerRecord change) {
            return new SimpleRecord(timestampMs, ConsumerRecordCodec.key(change), ConsumerRecordCodec.value(change));
        }
        return new SimpleRecord(timestampMs, groupKey(record.groupId()), null);
    }

    /** A change is of one kind: markers and offsets of transactions are each appended on their own. */
    @Override
    public BatchKind kind(List<GroupRecord> records) {
        GroupRecord first = records.get(0);
        if (first instanceof TxnOffsetRecord.PendingWritten pending) {
            return new BatchKind.Transactional(pending.producerId(), pending.producerEpoch());
        }
        if (first instanceof TxnOffsetRecord.TransactionEnded ended) {
            return new BatchKind.Marker(
                    ended.producerId(),
                    ended.producerEpoch(),
                    ended.coordinatorEpoch(),
                    ended.commit(),
                    ended.raisesEpoch());
        }
        return BatchKind.PLAIN;
    }

    @Override
    public Optional<GroupRecord> inTransaction(GroupRecord record, BatchKind.Transactional transaction) {
        if (!(record instanceof OffsetWritten written)) return Optional.empty();
        return Optional.of(new TxnOffsetRecord.PendingWritten(
                written.groupId(),
                written.partition(),
                written.offset(),
                transaction.producerId(),
                transaction.producerEpoch()));
    }

    @Override
    public Optional<GroupRecord> ended(BatchKind.Marker marker) {
        return Optional.of(new TxnOffsetRecord.TransactionEnded(
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch(),
                marker.commit(),
                marker.raisesEpoch()));
    }

    private static byte[] offsetKey(String groupId, TopicPartition partition) {
        return new RecordWriter()
                .int16(OFFSET)
                .string(groupId)
                .string(partition.topic())
                .int32(partition.partition())
                .toBytes();
    }

    private static byte[] groupKey(String groupId) {
        return new RecordWriter().int16(GROUP).string(groupId).toBytes();
    }

    private static byte[] offset(CommittedOffset value) {
        RecordWriter out = new RecordWriter();
        if (value.expireTimestampMs() >= 0) {
            return out.int16(1)
                    .int64(value.offset())
                    .string(value.metadata())
                    .int64(value.commitTimestampMs())
                    .int64(value.expireTimestampMs())
                    .toBytes();
        }
        boolean named = value.topicId().equals(Uuid.ZERO);
        out.int16(named ? 3 : 4).int64(value.offset()).int32(value.leaderEpoch());
        if (named)
            return out.string(value.metadata()).int64(value.commitTimestampMs()).toBytes();
        return out.compactString(value.metadata())
                .int64(value.commitTimestampMs())
                .unsignedVarint(1)
                .unsignedVarint(TOPIC_ID_TAG)
                .unsignedVarint(16)
                .int64(value.topicId().mostSignificantBits())
                .int64(value.topicId().leastSignificantBits())
                .toBytes();
    }

    private static byte[] group(GroupSnapshot group) {
        RecordWriter out = new RecordWriter()
                .int16(3)
                .string(group.protocolType())
                .int32(group.generation())
                .nullableString(group.protocol())
                .nullableString(group.leader())
                .int64(group.stateTimestampMs())
                .int32(group.members().size());
        for (MemberSnapshot member : group.members()) {
            out.string(member.memberId())
                    .nullableString(member.instanceId())
                    .string(member.clientId())
                    .string(member.clientHost())
                    .int32(member.rebalanceTimeoutMs())
                    .int32(member.sessionTimeoutMs())
                    .bytes(member.subscription())
                    .bytes(member.assignment());
        }
        return out.toBytes();
    }

    @Override
    public Optional<GroupRecord> decode(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        if (key == null) throw new IllegalArgumentException("a group record without a key");
        RecordReader in = new RecordReader(key);
        int type = in.int16();
        if (type == LEGACY_OFFSET || type == OFFSET) {
            String groupId = in.string();
            TopicPartition partition = new TopicPartition(in.string(), in.int32());
            if (value == null) return Optional.of(new OffsetRemoved(groupId, partition));
            return readOffset(new RecordReader(value)).map(offset -> new OffsetWritten(groupId, partition, offset));
        }
        if (ConsumerRecordCodec.reads(type)) {
            return ConsumerRecordCodec.decode(type, in, value == null ? null : new RecordReader(value))
                    .map(record -> record);
        }
        if (type == ResetCodec.TYPE) return ResetCodec.decode(in, value == null ? null : new RecordReader(value));
        if (type != GROUP) return Optional.empty();
        String groupId = in.string();
        if (value == null) return Optional.of(new GroupRemoved(groupId));
        return readGroup(new RecordReader(value)).map(group -> new GroupWritten(groupId, group));
    }

    private static Optional<CommittedOffset> readOffset(RecordReader in) {
        int version = in.int16();
        if (version < 0 || version > 4) return Optional.empty();
        long offset = in.int64();
        int leaderEpoch = version >= 3 ? in.int32() : -1;
        String metadata = version >= 4 ? in.compactString() : in.string();
        long committed = in.int64();
        long expires = version == 1 ? in.int64() : -1;
        Uuid topicId = version >= 4 ? readTopicId(in) : Uuid.ZERO;
        return Optional.of(new CommittedOffset(offset, leaderEpoch, metadata, committed, expires, topicId));
    }

    private static Uuid readTopicId(RecordReader in) {
        Uuid topicId = Uuid.ZERO;
        int fields = in.count(in.unsignedVarint());
        for (int i = 0; i < fields; i++) {
            int tag = in.unsignedVarint();
            int size = in.unsignedVarint();
            if (tag == TOPIC_ID_TAG && size == 16) topicId = new Uuid(in.int64(), in.int64());
            else in.skip(size);
        }
        return topicId;
    }

    private static Optional<GroupSnapshot> readGroup(RecordReader in) {
        int version = in.int16();
        if (version < 0 || version > 4) return Optional.empty();
        boolean flexible = version >= 4;
        String protocolType = flexible ? in.compactString() : in.string();
        int generation = in.int32();
        String protocol = flexible ? in.compactNullableString() : in.nullableString();
        String leader = flexible ? in.compactNullableString() : in.nullableString();
        long since = version >= 2 ? in.int64() : -1;
        int count = in.count(flexible ? in.unsignedVarint() - 1 : in.int32());
        List<MemberSnapshot> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) members.add(readMember(in, version));
        return Optional.of(new GroupSnapshot(protocolType, generation, protocol, leader, since, members));
    }

    private static MemberSnapshot readMember(RecordReader in, int version) {
        boolean flexible = version >= 4;
        String memberId = flexible ? in.compactString() : in.string();
        String instanceId = null;
        if (version >= 3) instanceId = flexible ? in.compactNullableString() : in.nullableString();
        String clientId = flexible ? in.compactString() : in.string();
        String host = flexible ? in.compactString() : in.string();
        int rebalanceTimeout = version >= 1 ? in.int32() : -1;
        int sessionTimeout = in.int32();
        Bytes subscription = flexible ? in.compactBytes() : in.bytes();
        Bytes assignment = flexible ? in.compactBytes() : in.bytes();
        if (flexible) in.skipTaggedFields();
        return new MemberSnapshot(
                memberId,
                instanceId,
                clientId,
                host,
                // Before version 1 the session timeout was the rebalance timeout too.
                rebalanceTimeout < 0 ? sessionTimeout : rebalanceTimeout,
                sessionTimeout,
                subscription,
                assignment);
    }
}
