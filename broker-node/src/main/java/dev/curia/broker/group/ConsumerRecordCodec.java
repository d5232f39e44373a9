package dev.curia.broker.group;

import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.ConsumerMember;
import dev.curia.broker.group.state.ConsumerRecord;
import dev.curia.broker.group.state.ConsumerRecord.Epoch;
import dev.curia.broker.group.state.ConsumerRecord.GroupEpoch;
import dev.curia.broker.group.state.ConsumerRecord.Member;
import dev.curia.broker.group.state.ConsumerRecord.ProgressOf;
import dev.curia.broker.group.state.ConsumerRecord.Regex;
import dev.curia.broker.group.state.ConsumerRecord.Resolved;
import dev.curia.broker.group.state.ConsumerRecord.Target;
import dev.curia.broker.group.state.ConsumerRecord.TargetEpoch;
import dev.curia.broker.group.state.ConsumerRecord.TargetOf;
import dev.curia.broker.group.state.JoinGroup;
import dev.curia.broker.group.state.MemberProgress;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Records of consumer groups (KIP-848) in Kafka's bytes. Keys are as those of {@link GroupRecordCodec}; values are of flexible versions
 * (compact types, tagged fields).
 *
 * <pre>
 * key     3 group epoch, 6 target epoch:            string group
 *         5 member, 7 its target, 8 its progress:   string group, string member
 *        16 expression:                             string group, string expression
 * value   int16 version, always 0, then
 *         3  int32 epoch; tag 0: int64 metadataHash
 *         5  nullable string instance, rack; string client, host; strings topics; nullable string regex; int32 rebalanceTimeout;
 *            nullable string assignor; tag 0: struct of the classic protocol, that is, a byte 1 (not null), int32 sessionTimeout,
 *            protocols: string name, bytes metadata
 *         6  int32 epoch; tag 0: int64 timestamp
 *         7  topics: uuid, int32s
 *         8  int32 epoch, previousEpoch; int8 phase; assigned and revoking topics: uuid, int32s
 *        16  strings topics; int64 version, timestamp
 * </pre>
 */
final class ConsumerRecordCodec {
    static final int GROUP_EPOCH = 3;
    static final int MEMBER = 5;
    static final int TARGET_EPOCH = 6;
    static final int TARGET = 7;
    static final int PROGRESS = 8;
    static final int REGEX = 16;

    private ConsumerRecordCodec() {}

    static boolean reads(int type) {
        return type == REGEX || type == GROUP_EPOCH || (type >= MEMBER && type <= PROGRESS);
    }

    static byte[] key(ConsumerRecord record) {
        if (record instanceof GroupEpoch) return key(GROUP_EPOCH, record).toBytes();
        if (record instanceof TargetEpoch) return key(TARGET_EPOCH, record).toBytes();
        if (record instanceof Member r)
            return key(MEMBER, r).string(r.memberId()).toBytes();
        if (record instanceof TargetOf r)
            return key(TARGET, r).string(r.memberId()).toBytes();
        if (record instanceof ProgressOf r) {
            return key(PROGRESS, r).string(r.memberId()).toBytes();
        }
        return key(REGEX, record).string(((Regex) record).expression()).toBytes();
    }

    private static RecordWriter key(int type, ConsumerRecord record) {
        return new RecordWriter().int16(type).string(record.groupId());
    }

    static byte @Nullable [] value(ConsumerRecord record) {
        RecordWriter out = new RecordWriter().int16(0);
        if (record instanceof GroupEpoch r) return r.value() == null ? null : epoch(r.value(), out);
        if (record instanceof TargetEpoch r) return r.value() == null ? null : target(r.value(), out);
        if (record instanceof Member r) return r.value() == null ? null : member(r.value(), out);
        if (record instanceof TargetOf r) {
            return r.value() == null
                    ? null
                    : partitions(r.value(), out).unsignedVarint(0).toBytes();
        }
        if (record instanceof ProgressOf r) return r.value() == null ? null : progress(r.value(), out);
        Resolved resolved = ((Regex) record).value();
        return resolved == null ? null : regex(resolved, out);
    }

    private static byte[] epoch(Epoch epoch, RecordWriter out) {
        return tagged(out.int32(epoch.epoch()), epoch.metadataHash());
    }

    private static byte[] target(Target target, RecordWriter out) {
        return tagged(out.int32(target.epoch()), target.timestampMs());
    }

    /** An int64 with tag 0, unless it is its default. */
    private static byte[] tagged(RecordWriter out, long value) {
        if (value == 0) return out.unsignedVarint(0).toBytes();
        return out.unsignedVarint(1)
                .unsignedVarint(0)
                .unsignedVarint(8)
                .int64(value)
                .toBytes();
    }

    private static byte[] member(ConsumerMember member, RecordWriter out) {
        out.compactNullableString(member.instanceId())
                .compactNullableString(member.rackId())
                .compactString(member.client().id())
                .compactString(member.client().host())
                .compactCount(member.topics().size());
        member.topics().forEach(out::compactString);
        out.compactNullableString(member.regex())
                .int32(member.rebalanceTimeoutMs())
                .compactNullableString(member.assignor());
        ConsumerMember.Classic classic = member.classic();
        if (classic == null) return out.unsignedVarint(0).toBytes();
        byte[] struct = classic(classic);
        return out.unsignedVarint(1)
                .unsignedVarint(0)
                .unsignedVarint(struct.length)
                .raw(struct)
                .toBytes();
    }

    private static byte[] classic(ConsumerMember.Classic classic) {
        RecordWriter out = new RecordWriter()
                .int8(1)
                .int32(classic.sessionTimeoutMs())
                .compactCount(classic.protocols().size());
        for (JoinGroup.Protocol protocol : classic.protocols()) {
            out.compactString(protocol.name()).compactBytes(protocol.metadata()).unsignedVarint(0);
        }
        return out.unsignedVarint(0).toBytes();
    }

    private static byte[] progress(MemberProgress progress, RecordWriter out) {
        out.int32(progress.epoch())
                .int32(progress.previousEpoch())
                .int8(progress.phase().code());
        partitions(progress.assigned(), out);
        return partitions(progress.revoking(), out).unsignedVarint(0).toBytes();
    }

    private static RecordWriter partitions(TopicPartitions partitions, RecordWriter out) {
        out.compactCount(partitions.topics().size());
        partitions.topics().forEach((topic, numbers) -> {
            out.uuid(topic).compactCount(numbers.size());
            numbers.forEach(out::int32);
            out.unsignedVarint(0);
        });
        return out;
    }

    private static byte[] regex(Resolved resolved, RecordWriter out) {
        out.compactCount(resolved.topics().size());
        resolved.topics().forEach(out::compactString);
        return out.int64(resolved.version())
                .int64(resolved.timestampMs())
                .unsignedVarint(0)
                .toBytes();
    }

    /** @param key behind its type @return empty for a version that isn't known */
    static Optional<ConsumerRecord> decode(int type, RecordReader key, @Nullable RecordReader value) {
        String groupId = key.string();
        String name = type == GROUP_EPOCH || type == TARGET_EPOCH ? "" : key.string();
        if (value != null && value.int16() != 0) return Optional.empty();
        return Optional.of(
                switch (type) {
                    case GROUP_EPOCH ->
                        new GroupEpoch(groupId, value == null ? null : new Epoch(value.int32(), readTagged(value)));
                    case TARGET_EPOCH ->
                        new TargetEpoch(groupId, value == null ? null : new Target(value.int32(), readTagged(value)));
                    case MEMBER -> new Member(groupId, name, value == null ? null : readMember(value));
                    case TARGET -> new TargetOf(groupId, name, value == null ? null : readTarget(value));
                    case PROGRESS -> new ProgressOf(groupId, name, value == null ? null : readProgress(value));
                    default -> new Regex(groupId, name, value == null ? null : readRegex(value));
                });
    }

    private static long readTagged(RecordReader in) {
        long found = 0;
        for (int fields = in.count(in.unsignedVarint()); fields > 0; fields--) {
            int tag = in.unsignedVarint();
            int size = in.unsignedVarint();
            if (tag == 0 && size == 8) found = in.int64();
            else in.skip(size);
        }
        return found;
    }

    private static ConsumerMember readMember(RecordReader in) {
        String instanceId = in.compactNullableString();
        String rackId = in.compactNullableString();
        JoinGroup.Client client = new JoinGroup.Client(in.compactString(), in.compactString());
        TreeSet<String> topics = new TreeSet<>();
        for (int n = in.compactCount(); n > 0; n--) topics.add(in.compactString());
        String regex = in.compactNullableString();
        int rebalanceTimeoutMs = in.int32();
        String assignor = in.compactNullableString();
        ConsumerMember.Classic classic = null;
        for (int fields = in.count(in.unsignedVarint()); fields > 0; fields--) {
            int tag = in.unsignedVarint();
            int size = in.unsignedVarint();
            if (tag == 0 && size > 0) classic = readClassic(in);
            else in.skip(size);
        }
        return new ConsumerMember(instanceId, rackId, client, topics, regex, rebalanceTimeoutMs, assignor, classic);
    }

    private static ConsumerMember.@Nullable Classic readClassic(RecordReader in) {
        if (in.int8() < 0) return null;
        int sessionTimeoutMs = in.int32();
        List<JoinGroup.Protocol> protocols = new ArrayList<>();
        for (int n = in.compactCount(); n > 0; n--) {
            String name = in.compactString();
            Bytes metadata = in.compactBytes();
            protocols.add(new JoinGroup.Protocol(name, metadata));
            in.skipTaggedFields();
        }
        in.skipTaggedFields();
        return new ConsumerMember.Classic(sessionTimeoutMs, protocols);
    }

    private static TopicPartitions readTarget(RecordReader in) {
        TopicPartitions target = readPartitions(in);
        in.skipTaggedFields();
        return target;
    }

    private static MemberProgress readProgress(RecordReader in) {
        MemberProgress progress = new MemberProgress(
                in.int32(), in.int32(), MemberProgress.Phase.of(in.int8()), readPartitions(in), readPartitions(in));
        in.skipTaggedFields();
        return progress;
    }

    private static TopicPartitions readPartitions(RecordReader in) {
        TopicPartitions.Builder partitions = new TopicPartitions.Builder();
        for (int topics = in.compactCount(); topics > 0; topics--) {
            Uuid topic = in.uuid();
            for (int n = in.compactCount(); n > 0; n--) partitions.add(topic, in.int32());
            in.skipTaggedFields();
        }
        return partitions.build();
    }

    private static Resolved readRegex(RecordReader in) {
        TreeSet<String> topics = new TreeSet<>();
        for (int n = in.compactCount(); n > 0; n--) topics.add(in.compactString());
        Resolved resolved = new Resolved(topics, in.int64(), in.int64());
        in.skipTaggedFields();
        return resolved;
    }
}
