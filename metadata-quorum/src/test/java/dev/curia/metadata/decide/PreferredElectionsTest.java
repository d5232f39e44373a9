package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.admin.v1.TopicPartitions;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PreferredElectionsTest {
    private static final ElectLeadersRequest ALL =
            ElectLeadersRequest.newBuilder().setAll(true).build();

    /** Three partitions, one preferred leader each; broker 1 was away and is in sync again. */
    private final MetadataImage image = afterAbsence();

    @Test
    void whoIsBackLeadsAgainWithANewEpoch() {
        int away = partitionOf(1);
        PartitionState before = Fixtures.partition(image, "orders", away);
        assertThat(before.leader()).isNotEqualTo(1);

        var decision = PreferredElections.elect(image, ALL, Fixtures.ALL_ONLINE);
        PartitionState after = Fixtures.partition(Fixtures.after(image, decision), "orders", away);

        assertThat(after.leader()).isEqualTo(1);
        assertThat(after.leaderEpoch()).isEqualTo(before.leaderEpoch() + 1);
        assertThat(after.isr()).isEqualTo(before.isr());
        assertThat(decision.reply().apply(5).getPartitionsList())
                .as("those that needed no election are left out")
                .extracting(ElectedLeader::getPartition, ElectedLeader::getLeader)
                .containsExactly(tuple(away, 1));
    }

    @Test
    void askedForByNameEachHasItsAnswer() {
        int away = partitionOf(1);
        int fine = partitionOf(2);
        var decision =
                PreferredElections.elect(image, request("orders", List.of(fine, away, away, 9)), Fixtures.ALL_ONLINE);
        assertThat(codes(decision))
                .containsExactly(
                        ErrorCode.ELECTION_NOT_NEEDED,
                        ErrorCode.NONE,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(decision.records()).hasSize(1);
        assertThat(codes(PreferredElections.elect(image, request("orders", List.of()), Fixtures.ALL_ONLINE)))
                .as("no partition named: all of the topic")
                .hasSize(3);
        assertThat(codes(PreferredElections.elect(image, request("nope", List.of()), Fixtures.ALL_ONLINE)))
                .containsExactly(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void whoCannotLeadIsNotElected() {
        int away = partitionOf(1);
        ElectLeadersRequest request = request("orders", List.of(away));
        ReplicaHealth offline = (broker, partition) -> broker != 1;
        ReplicaHealth full = new ReplicaHealth() {
            @Override
            public boolean isOnline(int broker, PartitionId partition) {
                return true;
            }

            @Override
            public boolean isFull(int broker, PartitionId partition) {
                return broker == 1;
            }
        };
        MetadataImage fenced =
                Fixtures.after(image, Fixtures.BROKERS.fence(image, 1, 101, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        List.of(
                        PreferredElections.elect(image, request, offline),
                        PreferredElections.elect(image, request, full),
                        PreferredElections.elect(fenced, request, Fixtures.ALL_ONLINE))
                .forEach(decision -> {
                    assertThat(codes(decision)).containsExactly(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
                    assertThat(decision.records()).isEmpty();
                });
        assertThat(PreferredElections.balance(image, full, 10).records()).isEmpty();
    }

    @Test
    void balanceDoesSoManyAtOnce() {
        MetadataImage skewed = image;
        for (int broker = 2; broker <= 3; broker++) skewed = awayAndBack(skewed, broker);
        assertThat(PreferredElections.balance(skewed, Fixtures.ALL_ONLINE, 1).records())
                .hasSize(1);
        for (int round = 0; round < 3; round++) {
            skewed = Fixtures.after(skewed, PreferredElections.balance(skewed, Fixtures.ALL_ONLINE, 1));
        }
        for (int p = 0; p < 3; p++) {
            PartitionState state = Fixtures.partition(skewed, "orders", p);
            assertThat(state.leader()).isEqualTo(state.replicas().get(0));
        }
        assertThat(PreferredElections.balance(skewed, Fixtures.ALL_ONLINE, 1).records())
                .isEmpty();
    }

    private static List<ErrorCode> codes(Decision<ElectLeadersResponse> decision) {
        return decision.reply().apply(0).getPartitionsList().stream()
                .map(result -> result.getStatus().getCode())
                .toList();
    }

    private static ElectLeadersRequest request(String topic, List<Integer> partitions) {
        return ElectLeadersRequest.newBuilder()
                .addPartitions(TopicPartitions.newBuilder().setTopic(topic).addAllPartitions(partitions))
                .build();
    }

    private int partitionOf(int preferred) {
        for (int p = 0; p < 3; p++) {
            if (Fixtures.partition(image, "orders", p).replicas().get(0) == preferred) return p;
        }
        throw new AssertionError("no partition prefers broker " + preferred);
    }

    private static MetadataImage afterAbsence() {
        MetadataImage cluster = Fixtures.cluster(3);
        TopicDecisions topics = new TopicDecisions(new TopicDefaults(1, 1, Map.of()));
        return awayAndBack(
                Fixtures.after(
                        cluster, topics.create(cluster, Fixtures.createTopic("orders", 3, 3), new SplittableRandom(1))),
                1);
    }

    private static MetadataImage awayAndBack(MetadataImage image, int broker) {
        int epoch = 100 + broker;
        MetadataImage away = Fixtures.after(
                image, Fixtures.BROKERS.fence(image, broker, epoch, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        MetadataImage back = Fixtures.after(away, Fixtures.BROKERS.unfence(away, broker, epoch, Fixtures.ALL_ONLINE));
        var topic = back.topic("orders").orElseThrow();
        for (int p = 0; p < 3; p++) {
            PartitionState state = topic.partition(p).orElseThrow();
            if (state.isr().contains(broker)) continue;
            var change = Records.change(new PartitionId(topic.id(), p), Fixtures.CAUSE)
                    .setIsr(Records.brokers(state.replicas()));
            back = back.apply(back.index() + 1, List.of(Records.record(change))).image();
        }
        return back;
    }
}
