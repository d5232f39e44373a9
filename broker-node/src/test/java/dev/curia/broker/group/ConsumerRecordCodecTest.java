package dev.curia.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.ConsumerMember;
import dev.curia.broker.group.state.ConsumerRecord;
import dev.curia.broker.group.state.JoinGroup;
import dev.curia.broker.group.state.MemberProgress;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.Uuid;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Our bytes of consumer groups and Kafka's are the same. */
class ConsumerRecordCodecTest {
    private static final Uuid TOPIC = new Uuid(0x1122_3344_5566_7788L, 0x0102_0304_0506_0708L);
    private static final org.apache.kafka.common.Uuid KAFKA_TOPIC =
            new org.apache.kafka.common.Uuid(TOPIC.mostSignificantBits(), TOPIC.leastSignificantBits());

    private final GroupRecordCodec codec = new GroupRecordCodec();
    private final GroupCoordinatorRecordSerde kafka = new GroupCoordinatorRecordSerde();

    @Test
    void groupEpoch() {
        ConsumerGroupMetadataKey key = new ConsumerGroupMetadataKey().setGroupId("g");
        check(
                new ConsumerRecord.GroupEpoch("g", new ConsumerRecord.Epoch(3, 77)),
                key,
                new ConsumerGroupMetadataValue().setEpoch(3).setMetadataHash(77));
        check(
                new ConsumerRecord.GroupEpoch("g", new ConsumerRecord.Epoch(3, 0)),
                key,
                new ConsumerGroupMetadataValue().setEpoch(3));
        check(new ConsumerRecord.GroupEpoch("g", null), key, null);
    }

    @Test
    void target() {
        ConsumerGroupTargetAssignmentMetadataKey epochKey =
                new ConsumerGroupTargetAssignmentMetadataKey().setGroupId("g");
        check(
                new ConsumerRecord.TargetEpoch("g", new ConsumerRecord.Target(4, 1_700_000_000_000L)),
                epochKey,
                new ConsumerGroupTargetAssignmentMetadataValue()
                        .setAssignmentEpoch(4)
                        .setAssignmentTimestamp(1_700_000_000_000L));
        check(new ConsumerRecord.TargetEpoch("g", null), epochKey, null);
        ConsumerGroupTargetAssignmentMemberKey key =
                new ConsumerGroupTargetAssignmentMemberKey().setGroupId("g").setMemberId("m");
        check(
                new ConsumerRecord.TargetOf("g", "m", TopicPartitions.of(Map.of(TOPIC, List.of(1, 5)))),
                key,
                new ConsumerGroupTargetAssignmentMemberValue()
                        .setTopicPartitions(List.of(new ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
                                .setTopicId(KAFKA_TOPIC)
                                .setPartitions(List.of(1, 5)))));
        check(new ConsumerRecord.TargetOf("g", "m", null), key, null);
    }

    @Test
    void progress() {
        ConsumerGroupCurrentMemberAssignmentKey key =
                new ConsumerGroupCurrentMemberAssignmentKey().setGroupId("g").setMemberId("m");
        MemberProgress progress = new MemberProgress(
                5,
                4,
                MemberProgress.Phase.UNREVOKED,
                TopicPartitions.of(Map.of(TOPIC, List.of(0))),
                TopicPartitions.of(Map.of(TOPIC, List.of(1, 2))));
        check(
                new ConsumerRecord.ProgressOf("g", "m", progress),
                key,
                new ConsumerGroupCurrentMemberAssignmentValue()
                        .setMemberEpoch(5)
                        .setPreviousMemberEpoch(4)
                        .setState((byte) 1)
                        .setAssignedPartitions(List.of(kafka(0)))
                        .setPartitionsPendingRevocation(List.of(kafka(1, 2))));
        check(new ConsumerRecord.ProgressOf("g", "m", null), key, null);
    }

    private static ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions kafka(Integer... partitions) {
        return new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
                .setTopicId(KAFKA_TOPIC)
                .setPartitions(List.of(partitions));
    }

    @Test
    void member() {
        ConsumerGroupMemberMetadataKey key =
                new ConsumerGroupMemberMetadataKey().setGroupId("g").setMemberId("m");
        ConsumerMember plain = new ConsumerMember(
                null,
                null,
                new JoinGroup.Client("c", "/h"),
                new TreeSet<>(List.of("a", "b")),
                null,
                300_000,
                null,
                null);
        ConsumerGroupMemberMetadataValue value = new ConsumerGroupMemberMetadataValue()
                .setClientId("c")
                .setClientHost("/h")
                .setInstanceId(null)
                .setRackId(null)
                .setServerAssignor(null)
                .setSubscribedTopicRegex(null)
                .setSubscribedTopicNames(List.of("a", "b"))
                .setRebalanceTimeoutMs(300_000);
        check(new ConsumerRecord.Member("g", "m", plain), key, value);
        ConsumerMember full = new ConsumerMember(
                "i",
                "r",
                new JoinGroup.Client("c", "/h"),
                new TreeSet<>(List.of("a")),
                "t.*",
                1,
                "range",
                new ConsumerMember.Classic(45_000, List.of(new JoinGroup.Protocol("range", Bytes.of(new byte[] {1, 2
                })))));
        check(
                new ConsumerRecord.Member("g", "m", full),
                key,
                value.duplicate()
                        .setInstanceId("i")
                        .setRackId("r")
                        .setSubscribedTopicNames(List.of("a"))
                        .setSubscribedTopicRegex("t.*")
                        .setRebalanceTimeoutMs(1)
                        .setServerAssignor("range")
                        .setClassicMemberMetadata(new ConsumerGroupMemberMetadataValue.ClassicMemberMetadata()
                                .setSessionTimeoutMs(45_000)
                                .setSupportedProtocols(List.of(new ConsumerGroupMemberMetadataValue.ClassicProtocol()
                                        .setName("range")
                                        .setMetadata(new byte[] {1, 2})))));
        check(new ConsumerRecord.Member("g", "m", null), key, null);
    }

    @Test
    void expression() {
        ConsumerGroupRegularExpressionKey key =
                new ConsumerGroupRegularExpressionKey().setGroupId("g").setRegularExpression("t.*");
        check(
                new ConsumerRecord.Regex(
                        "g", "t.*", new ConsumerRecord.Resolved(new TreeSet<>(List.of("t1", "t2")), 9, 10)),
                key,
                new ConsumerGroupRegularExpressionValue()
                        .setTopics(List.of("t1", "t2"))
                        .setVersion(9)
                        .setTimestamp(10));
        check(new ConsumerRecord.Regex("g", "t.*", null), key, null);
    }

    private void check(ConsumerRecord record, ApiMessage key, @Nullable ApiMessage value) {
        CoordinatorRecord theirs = value == null
                ? CoordinatorRecord.tombstone(key)
                : CoordinatorRecord.record(key, new ApiMessageAndVersion(value, (short) 0));
        SimpleRecord ours = codec.encode(record, 1);
        ByteBuffer ourKey = java.util.Objects.requireNonNull(ours.key());
        assertThat(ourKey).isEqualTo(ByteBuffer.wrap(kafka.serializeKey(theirs)));
        assertThat(codec.decode(ourKey, ours.value())).contains(record);
        byte[] bytes = kafka.serializeValue(theirs);
        ByteBuffer ourValue = ours.value();
        if (ourValue == null) {
            assertThat(bytes).isNull();
            return;
        }
        assertThat(ourValue).isEqualTo(ByteBuffer.wrap(bytes));
        for (int end = 0; end < bytes.length; end++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, end));
            assertThatThrownBy(() -> codec.decode(ourKey, cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
