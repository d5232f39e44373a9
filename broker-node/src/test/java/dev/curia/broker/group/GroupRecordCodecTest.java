package dev.curia.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.GroupRecord;
import dev.curia.broker.group.state.GroupRecord.GroupRemoved;
import dev.curia.broker.group.state.GroupRecord.GroupWritten;
import dev.curia.broker.group.state.GroupRecord.OffsetRemoved;
import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.broker.group.state.GroupSnapshot;
import dev.curia.broker.group.state.KeptReset;
import dev.curia.broker.group.state.MemberSnapshot;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataKey;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our bytes against those of Kafka's own generated classes. */
class GroupRecordCodecTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders-é", 7);
    private static final Uuid TOPIC_ID = new Uuid(0x1234_5678_9ABC_4DEFL, 0x8123_4567_89AB_CDEFL);

    private final GroupRecordCodec codec = new GroupRecordCodec();
    private final GroupCoordinatorRecordSerde kafka = new GroupCoordinatorRecordSerde();

    @Test
    void offsetIsWrittenAsKafkaWritesIt() {
        CommittedOffset offset = new CommittedOffset(42, 3, "méta", 1_700_000_000_000L, -1, Uuid.ZERO);
        assertSame(new OffsetWritten("g", PARTITION, offset), offsetKey(), offsetValue(offset), 3);
    }

    @Test
    void offsetWithExpiryIsWrittenInVersion1() {
        CommittedOffset offset = new CommittedOffset(42, -1, "", 1_700_000_000_000L, 1_700_000_100_000L, Uuid.ZERO);
        assertSame(new OffsetWritten("g", PARTITION, offset), offsetKey(), offsetValue(offset), 1);
    }

    @Test
    void offsetWithTopicIdIsWrittenInVersion4() {
        CommittedOffset offset = new CommittedOffset(42, 3, "m".repeat(300), 1_700_000_000_000L, -1, TOPIC_ID);
        assertSame(new OffsetWritten("g", PARTITION, offset), offsetKey(), offsetValue(offset), 4);
    }

    @Test
    void groupIsWrittenAsKafkaWritesIt() {
        GroupSnapshot group = group();
        assertSame(new GroupWritten("g", group), new GroupMetadataKey().setGroup("g"), groupValue(group), 3);
    }

    @Test
    void emptyGroupIsWrittenAsKafkaWritesIt() {
        GroupSnapshot group = new GroupSnapshot("consumer", 4, null, null, 1_700_000_000_000L, List.of());
        assertSame(new GroupWritten("g", group), new GroupMetadataKey().setGroup("g"), groupValue(group), 3);
    }

    @Test
    void tombstonesAreKafkas() {
        SimpleRecord offset = codec.encode(new OffsetRemoved("g", PARTITION), 0);
        SimpleRecord group = codec.encode(new GroupRemoved("g"), 0);
        assertThat(offset.key()).isEqualTo(ByteBuffer.wrap(keyBytes(offsetKey())));
        assertThat(group.key()).isEqualTo(ByteBuffer.wrap(keyBytes(new GroupMetadataKey().setGroup("g"))));
        assertThat(offset.value()).isNull();
        assertThat(group.value()).isNull();
        assertThat(codec.decode(offset.key(), null)).contains(new OffsetRemoved("g", PARTITION));
        assertThat(codec.decode(group.key(), null)).contains(new GroupRemoved("g"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void everyVersionOfAnOffsetIsRead(int version) {
        CommittedOffset full = new CommittedOffset(42, 3, "méta", 1_700_000_000_000L, 1_700_000_100_000L, TOPIC_ID);
        CommittedOffset expected = new CommittedOffset(
                42,
                version >= 3 ? 3 : -1,
                "méta",
                1_700_000_000_000L,
                version == 1 ? 1_700_000_100_000L : -1,
                version == 4 ? TOPIC_ID : Uuid.ZERO);
        assertThat(decode(offsetKey(), offsetValue(full), version))
                .contains(new OffsetWritten("g", PARTITION, expected));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void everyVersionOfAGroupIsRead(int version) {
        GroupSnapshot full = group();
        List<MemberSnapshot> members = full.members().stream()
                .map(m -> new MemberSnapshot(
                        m.memberId(),
                        version >= 3 ? m.instanceId() : null,
                        m.clientId(),
                        m.clientHost(),
                        version >= 1 ? m.rebalanceTimeoutMs() : m.sessionTimeoutMs(),
                        m.sessionTimeoutMs(),
                        m.subscription(),
                        m.assignment()))
                .toList();
        GroupSnapshot expected = new GroupSnapshot(
                full.protocolType(),
                full.generation(),
                full.protocol(),
                full.leader(),
                version >= 2 ? full.stateTimestampMs() : -1,
                members);
        assertThat(decode(new GroupMetadataKey().setGroup("g"), groupValue(full), version))
                .contains(new GroupWritten("g", expected));
    }

    @Test
    void recordsOfOtherKindsAreLeftAlone() {
        byte[] key = keyBytes(new ShareGroupMetadataKey().setGroupId("g"));
        assertThat(codec.decode(ByteBuffer.wrap(key), ByteBuffer.wrap(new byte[] {0, 0})))
                .isEmpty();
    }

    @Test
    void resetsComeBackAndKafkaPassesOverThem() {
        CommittedOffset before = new CommittedOffset(5, 2, "m", 3, -1, new Uuid(1, 2));
        KeptReset reset = new KeptReset(
                9,
                "to earliest",
                List.of(
                        new KeptReset.Partition(PARTITION, before, 0),
                        new KeptReset.Partition(new TopicPartition("other", 3), null, 7)));
        GroupRecord kept = new GroupRecord.ResetKept("g", 4, reset);
        SimpleRecord record = codec.encode(kept, 1);
        assertThat(codec.decode(record.key(), record.value())).contains(kept);
        assertThatThrownBy(() -> kafka.deserialize(record.key().duplicate(), record.value()))
                .isInstanceOf(Deserializer.UnknownRecordTypeException.class);
        GroupRecord forgotten = new GroupRecord.ResetForgotten("g", 4);
        SimpleRecord tombstone = codec.encode(forgotten, 1);
        assertThat(bytes(tombstone.key())).isEqualTo(bytes(record.key()));
        assertThat(codec.decode(tombstone.key(), tombstone.value())).contains(forgotten);
    }

    @Test
    void damagedBytesAreAnErrorAndNothingElse() {
        byte[] key = bytes(codec.encode(new GroupWritten("g", group()), 0).key());
        byte[] value = bytes(codec.encode(new GroupWritten("g", group()), 0).value());
        for (int end = 0; end < value.length; end++) {
            ByteBuffer cut = ByteBuffer.wrap(value, 0, end);
            assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(key), cut))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> codec.decode(null, null)).isInstanceOf(IllegalArgumentException.class);
        Check.forAll(
                5_000,
                random -> {
                    byte[] bytes = value.clone();
                    for (int i = 0; i < 4; i++) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                    return bytes;
                },
                bytes -> {
                    try {
                        codec.decode(ByteBuffer.wrap(key), ByteBuffer.wrap(bytes));
                    } catch (IllegalArgumentException expected) {
                        assertThat(expected).hasMessageNotContaining("null");
                    }
                });
    }

    private void assertSame(GroupRecord record, ApiMessage key, ApiMessage value, int version) {
        SimpleRecord ours = codec.encode(record, 1_700_000_000_000L);
        assertThat(bytes(ours.key())).isEqualTo(keyBytes(key));
        assertThat(bytes(ours.value())).isEqualTo(valueBytes(key, value, version));
        assertThat(codec.decode(ours.key(), ours.value())).contains(record);
    }

    private Optional<GroupRecord> decode(ApiMessage key, ApiMessage value, int version) {
        return codec.decode(ByteBuffer.wrap(keyBytes(key)), ByteBuffer.wrap(valueBytes(key, value, version)));
    }

    private byte[] keyBytes(ApiMessage key) {
        return kafka.serializeKey(CoordinatorRecord.tombstone(key));
    }

    private byte[] valueBytes(ApiMessage key, ApiMessage value, int version) {
        return kafka.serializeValue(CoordinatorRecord.record(key, new ApiMessageAndVersion(value, (short) version)));
    }

    private static byte[] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) throw new AssertionError("no bytes");
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static OffsetCommitKey offsetKey() {
        return new OffsetCommitKey().setGroup("g").setTopic(PARTITION.topic()).setPartition(PARTITION.partition());
    }

    private static OffsetCommitValue offsetValue(CommittedOffset offset) {
        return new OffsetCommitValue()
                .setOffset(offset.offset())
                .setLeaderEpoch(offset.leaderEpoch())
                .setMetadata(offset.metadata())
                .setCommitTimestamp(offset.commitTimestampMs())
                .setExpireTimestamp(offset.expireTimestampMs())
                .setTopicId(new org.apache.kafka.common.Uuid(
                        offset.topicId().mostSignificantBits(), offset.topicId().leastSignificantBits()));
    }

    private static GroupSnapshot group() {
        return new GroupSnapshot(
                "consumer",
                5,
                "range",
                "m1",
                1_700_000_000_000L,
                List.of(
                        new MemberSnapshot(
                                "m1",
                                null,
                                "client",
                                "/127.0.0.1",
                                300_000,
                                45_000,
                                Bytes.of(new byte[] {1, 2}),
                                Bytes.EMPTY),
                        new MemberSnapshot(
                                "m2",
                                "static-2",
                                "client",
                                "/127.0.0.1",
                                300_000,
                                45_000,
                                Bytes.of(new byte[200]),
                                Bytes.of(new byte[] {9}))));
    }

    private static GroupMetadataValue groupValue(GroupSnapshot group) {
        return new GroupMetadataValue()
                .setProtocolType(group.protocolType())
                .setGeneration(group.generation())
                .setProtocol(group.protocol())
                .setLeader(group.leader())
                .setCurrentStateTimestamp(group.stateTimestampMs())
                .setMembers(group.members().stream()
                        .map(m -> new GroupMetadataValue.MemberMetadata()
                                .setMemberId(m.memberId())
                                .setGroupInstanceId(m.instanceId())
                                .setClientId(m.clientId())
                                .setClientHost(m.clientHost())
                                .setRebalanceTimeout(m.rebalanceTimeoutMs())
                                .setSessionTimeout(m.sessionTimeoutMs())
                                .setSubscription(m.subscription().toArray())
                                .setAssignment(m.assignment().toArray()))
                        .toList());
    }
}
