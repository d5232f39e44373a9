package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeletedTopic;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TopicDecisionsTest {
    private final TopicDecisions topics = new TopicDecisions(new TopicDefaults(3, 2, Map.of()));
    private final SplittableRandom random = new SplittableRandom(1);
    private final MetadataImage image = Fixtures.cluster(3);

    private static NewTopic.Builder topic(String name) {
        return NewTopic.newBuilder().setName(name).setPartitions(1).setReplicationFactor(1);
    }

    private static ReplicaAssignment assignment(int partition, Integer... replicas) {
        return ReplicaAssignment.newBuilder()
                .setPartition(partition)
                .addAllReplicas(List.of(replicas))
                .build();
    }

    private CreatedTopic create(MetadataImage on, NewTopic.Builder topic) {
        Decision<CreateTopicsResponse> decision = topics.create(
                on, CreateTopicsRequest.newBuilder().addTopics(topic).build(), random);
        CreatedTopic created = decision.reply().apply(9).getTopics(0);
        assertThat(decision.records().isEmpty()).isEqualTo(created.getStatus().getCode() != ErrorCode.NONE);
        return created;
    }

    private ErrorCode refusal(NewTopic.Builder topic) {
        CreatedTopic created = create(image, topic);
        assertThat(created.getStatus().getMessage()).isNotEmpty();
        return created.getStatus().getCode();
    }

    @Test
    void minusOneMeansTheDefaults() {
        CreatedTopic created = create(image, topic("a").setPartitions(-1).setReplicationFactor(-1));
        assertThat(created.getPartitions()).isEqualTo(3);
        assertThat(created.getReplicationFactor()).isEqualTo(2);
        assertThat(created.getTopicId().size()).isEqualTo(16);
    }

    @Test
    void aCreatedTopicHasLeadersFullIsrsAndItsConfigs() {
        MetadataImage after = Fixtures.after(
                image,
                topics.create(
                        image,
                        CreateTopicsRequest.newBuilder()
                                .addTopics(topic("a")
                                        .setPartitions(4)
                                        .setReplicationFactor(3)
                                        .putConfigs("retention.ms", "1000"))
                                .build(),
                        random));
        for (int p = 0; p < 4; p++) {
            var state = Fixtures.partition(after, "a", p);
            assertThat(state.leader()).isEqualTo(state.replicas().get(0));
            assertThat(state.isr()).isEqualTo(state.replicas()).hasSize(3);
        }
        assertThat(after.config(ConfigResource.topic("a"))).containsEntry("retention.ms", "1000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "ä", "a\n"})
    void badNames(String name) {
        assertThat(refusal(topic(name))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void namesOfUpTo249Characters() {
        assertThat(create(image, topic("x".repeat(249))).getStatus().getCode()).isEqualTo(ErrorCode.NONE);
        assertThat(refusal(topic("x".repeat(250)))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void badCounts() {
        assertThat(refusal(topic("a").setPartitions(0))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(refusal(topic("a").setPartitions(-2))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(refusal(topic("a").setPartitions(10_001))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(refusal(topic("a").setReplicationFactor(0))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(refusal(topic("a").setReplicationFactor(4))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void badConfigs() {
        assertThat(refusal(topic("a").putConfigs("no.such", "1"))).isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(refusal(topic("a").putConfigs("retention.ms", "soon"))).isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    @Test
    void existingAndCollidingNames() {
        MetadataImage with = Fixtures.after(image, topics.create(image, Fixtures.createTopic("a.b", 1, 1), random));
        assertThat(create(with, topic("a.b")).getStatus().getCode()).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
        assertThat(create(with, topic("a_b")).getStatus().getCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void onlyTheFirstOfTwoCollidingNamesInOneRequest() {
        Decision<CreateTopicsResponse> decision = topics.create(
                image,
                CreateTopicsRequest.newBuilder()
                        .addTopics(topic("a.b"))
                        .addTopics(topic("a_b"))
                        .addTopics(topic("twice"))
                        .addTopics(topic("twice"))
                        .build(),
                random);
        assertThat(decision.reply().apply(0).getTopicsList())
                .extracting(created -> created.getStatus().getCode())
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.INVALID_REQUEST);
    }

    @Test
    void validateOnlyAnswersTheSameAndWritesNothing() {
        Decision<CreateTopicsResponse> decision = topics.create(
                image,
                CreateTopicsRequest.newBuilder()
                        .addTopics(topic("a"))
                        .setValidateOnly(true)
                        .build(),
                random);
        assertThat(decision.records()).isEmpty();
        assertThat(decision.reply().apply(0).getTopics(0).getStatus().getCode()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void explicitAssignments() {
        NewTopic.Builder base =
                NewTopic.newBuilder().setName("a").setPartitions(-1).setReplicationFactor(-1);
        CreatedTopic created =
                create(image, base.clone().addAssignments(assignment(1, 3, 1)).addAssignments(assignment(0, 2, 3)));
        assertThat(created.getStatus().getCode()).isEqualTo(ErrorCode.NONE);
        assertThat(created.getPartitions()).isEqualTo(2);

        List<List<ReplicaAssignment>> bad = List.of(
                List.of(assignment(1, 1)),
                List.of(assignment(0, 1), assignment(0, 2)),
                List.of(assignment(0)),
                List.of(assignment(0, 1, 1)),
                List.of(assignment(0, 9)),
                List.of(assignment(0, 1, 2), assignment(1, 1)));
        for (List<ReplicaAssignment> assignments : bad) {
            assertThat(refusal(base.clone().addAllAssignments(assignments)))
                    .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        }
        assertThat(refusal(base.clone().setPartitions(1).addAssignments(assignment(0, 1))))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void moreThanOneBatchCanHoldIsRefusedAsAWhole() {
        CreateTopicsRequest.Builder request = CreateTopicsRequest.newBuilder();
        for (int i = 0; i < 4; i++)
            request.addTopics(topic("t" + i).setPartitions(9000).setReplicationFactor(3));
        Decision<CreateTopicsResponse> decision = topics.create(image, request.build(), random);
        int bytes =
                decision.records().stream().mapToInt(r -> r.getSerializedSize()).sum();
        assertThat(bytes).isLessThan(TopicDecisions.MAX_BATCH_BYTES).isPositive();
        assertThat(decision.reply().apply(0).getTopics(3).getStatus().getCode()).isEqualTo(ErrorCode.POLICY_VIOLATION);
    }

    @Test
    void deletionByNameAndId() {
        MetadataImage with = Fixtures.after(image, topics.create(image, Fixtures.createTopic("a", 1, 1), random));
        with = Fixtures.after(with, topics.create(with, Fixtures.createTopic("b", 1, 1), random));
        var id = ImageRecords.bytes(with.topic("b").orElseThrow().id());
        var decision = topics.delete(
                with,
                DeleteTopicsRequest.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName("a"))
                        .addTopics(TopicRef.newBuilder().setTopicId(id))
                        .addTopics(TopicRef.newBuilder().setName("b"))
                        .addTopics(TopicRef.newBuilder().setName("c"))
                        .addTopics(TopicRef.newBuilder().setTopicId(ByteString.copyFrom(new byte[16])))
                        .build());
        assertThat(decision.reply().apply(0).getTopicsList())
                .extracting((DeletedTopic deleted) -> deleted.getStatus().getCode())
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(Fixtures.after(with, decision).topics()).isEmpty();
    }
}
