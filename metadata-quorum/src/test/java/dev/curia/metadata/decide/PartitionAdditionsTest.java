package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatedPartitions;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.ReplicaSet;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PartitionAdditionsTest {
    private final MetadataImage image = withTopic(Fixtures.cluster(3), "orders", 2, 2);

    @Test
    void theTopicGrowsAndWhatItHadStaysAsItWas() {
        Decision<?> decision = add(count("orders", 6));
        MetadataImage after = Fixtures.after(image, decision);

        assertThat(after.topic("orders").orElseThrow().partitions()).hasSize(6);
        for (int p = 0; p < 2; p++)
            assertThat(Fixtures.partition(after, "orders", p)).isEqualTo(Fixtures.partition(image, "orders", p));
        for (int p = 2; p < 6; p++) {
            PartitionState state = Fixtures.partition(after, "orders", p);
            assertThat(state.replicas()).hasSize(2).isEqualTo(state.isr());
            assertThat(state.leader()).isEqualTo(state.replicas().get(0));
            assertThat(state.leaderEpoch()).isZero();
            assertThat(state.partitionEpoch()).isZero();
        }
    }

    @Test
    void replicasMayBeChosen() {
        MetadataImage fenced =
                Fixtures.after(image, Fixtures.BROKERS.fence(image, 1, 101, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        Decision<?> decision =
                PartitionAdditions.add(fenced, request(count("orders", 4, List.of(1, 3), List.of(3, 2)), false));
        MetadataImage after = Fixtures.after(fenced, decision);

        assertThat(Fixtures.partition(after, "orders", 2))
                .isEqualTo(new PartitionState(List.of(1, 3), List.of(3), List.of(), 3, 0, 0));
        assertThat(Fixtures.partition(after, "orders", 3))
                .isEqualTo(new PartitionState(List.of(3, 2), List.of(3, 2), List.of(), 3, 0, 0));
    }

    @Test
    void nothingIsDoneWhenItIsOnlyToBeChecked() {
        Decision<?> decision = PartitionAdditions.add(image, request(count("orders", 6), true));
        assertThat(decision.records()).isEmpty();
    }

    @Test
    void eachComplaintNamesWhatIsWrong() {
        Map<PartitionCount, ErrorCode> wrong = Map.of(
                count("orders", 2), ErrorCode.INVALID_PARTITIONS,
                count("orders", 1), ErrorCode.INVALID_PARTITIONS,
                count("orders", 10_001), ErrorCode.INVALID_PARTITIONS,
                count("nope", 3), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                count("orders", 4, List.of(1, 2)), ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                count("orders", 3, List.of(1)), ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                count("orders", 3, List.of(1, 1)), ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                count("orders", 3, List.of(1, 9)), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        wrong.forEach((wanted, code) -> {
            var decision = PartitionAdditions.add(image, request(wanted, false));
            CreatedPartitions result = decision.reply().apply(0).getTopics(0);
            assertThat(result.getStatus().getCode()).as(wanted.toString()).isEqualTo(code);
            assertThat(result.getStatus().getMessage()).contains(wanted.getTopic());
            assertThat(decision.records()).isEmpty();
        });
        MetadataImage alone =
                Fixtures.after(image, Fixtures.BROKERS.fence(image, 1, 101, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        alone = Fixtures.after(alone, Fixtures.BROKERS.fence(alone, 2, 102, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        assertThat(PartitionAdditions.add(alone, request(count("orders", 3), false))
                        .reply()
                        .apply(0)
                        .getTopics(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void oneTopicFailsAndTheOthersGoOn() {
        MetadataImage two = withTopic(image, "other", 1, 1);
        var decision = PartitionAdditions.add(
                two,
                CreatePartitionsRequest.newBuilder()
                        .addTopics(count("orders", 3))
                        .addTopics(count("other", 2))
                        .addTopics(count("orders", 4))
                        .build());
        assertThat(decision.reply().apply(0).getTopicsList())
                .extracting(result -> result.getStatus().getCode())
                .containsExactly(ErrorCode.INVALID_REQUEST, ErrorCode.NONE, ErrorCode.INVALID_REQUEST);
        assertThat(decision.records()).hasSize(1);
    }

    private Decision<?> add(PartitionCount wanted) {
        return PartitionAdditions.add(image, request(wanted, false));
    }

    private static CreatePartitionsRequest request(PartitionCount wanted, boolean validateOnly) {
        return CreatePartitionsRequest.newBuilder()
                .addTopics(wanted)
                .setValidateOnly(validateOnly)
                .build();
    }

    @SafeVarargs
    private static PartitionCount count(String topic, int count, List<Integer>... replicas) {
        PartitionCount.Builder wanted =
                PartitionCount.newBuilder().setTopic(topic).setCount(count);
        for (List<Integer> ids : replicas)
            wanted.addReplicas(ReplicaSet.newBuilder().addAllBrokers(ids));
        return wanted.build();
    }

    private static MetadataImage withTopic(MetadataImage image, String name, int partitions, int factor) {
        TopicDecisions topics = new TopicDecisions(new TopicDefaults(1, 1, Map.of()));
        return Fixtures.after(
                image, topics.create(image, Fixtures.createTopic(name, partitions, factor), new SplittableRandom(1)));
    }
}
