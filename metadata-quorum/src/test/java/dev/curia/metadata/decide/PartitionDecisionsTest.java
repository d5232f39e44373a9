package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.AlterPartitionResponse;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.proto.metadata.v1.PartitionVerdict;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PartitionDecisionsTest {
    private MetadataImage image = Fixtures.cluster(4);
    private int leader;
    private int follower;
    private int other;

    @BeforeEach
    void createTopic() {
        image = Fixtures.after(
                image,
                new TopicDecisions(new TopicDefaults(1, 1, Map.of()))
                        .create(image, Fixtures.createTopic("t", 1, 3), new SplittableRandom(1)));
        var replicas = Fixtures.partition(image, "t", 0).replicas();
        leader = replicas.get(0);
        follower = replicas.get(1);
        other = replicas.get(2);
    }

    private PartitionProposal.Builder proposal(int... isr) {
        PartitionProposal.Builder proposal = PartitionProposal.newBuilder()
                .setTopicId(ImageRecords.bytes(image.topic("t").orElseThrow().id()));
        for (int id : isr) {
            proposal.addIsr(IsrMember.newBuilder().setBrokerId(id).setBrokerEpoch(100 + id));
        }
        return proposal;
    }

    private Decision<AlterPartitionResponse> alter(int sender, PartitionProposal.Builder... proposals) {
        AlterPartitionRequest.Builder request =
                AlterPartitionRequest.newBuilder().setBrokerId(sender).setBrokerEpoch(100 + sender);
        for (PartitionProposal.Builder proposal : proposals) request.addPartitions(proposal);
        return Fixtures.PARTITIONS.alter(image, request.build(), Fixtures.ALL_ONLINE);
    }

    private ErrorCode verdict(int sender, PartitionProposal.Builder proposal) {
        Decision<AlterPartitionResponse> decision = alter(sender, proposal);
        PartitionVerdict verdict = decision.reply().apply(0).getPartitions(0);
        if (verdict.getStatus().getCode() != ErrorCode.NONE)
            assertThat(decision.records()).isEmpty();
        return verdict.getStatus().getCode();
    }

    @Test
    void aShrunkIsrRaisesThePartitionEpochOnly() {
        Decision<AlterPartitionResponse> decision = alter(leader, proposal(leader, follower));
        AlterPartitionResponse response = decision.reply().apply(42);
        MetadataImage after = Fixtures.after(image, decision);
        assertThat(Fixtures.partition(after, "t", 0).isr()).containsExactly(leader, follower);
        assertThat(Fixtures.partition(after, "t", 0).partitionEpoch()).isEqualTo(1);
        assertThat(Fixtures.partition(after, "t", 0).leaderEpoch()).isZero();
        assertThat(response.getIndex()).isEqualTo(42);
        assertThat(response.getPartitions(0).getPartitionEpoch()).isEqualTo(1);
    }

    @Test
    void aRepetitionIsToldTheStateThatTheFirstMade() {
        Decision<AlterPartitionResponse> first = alter(leader, proposal(leader, follower));
        image = Fixtures.after(image, first);
        Decision<AlterPartitionResponse> second = alter(leader, proposal(leader, follower));
        PartitionVerdict verdict = second.reply().apply(0).getPartitions(0);
        assertThat(second.records()).isEmpty();
        assertThat(verdict.getStatus().getCode()).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(verdict.getIsrList()).containsExactly(leader, follower);
        assertThat(verdict.getPartitionEpoch()).isEqualTo(1);
    }

    @Test
    void whoJoinsMustBeKnownByItsEpoch() {
        image = Fixtures.after(image, alter(leader, proposal(leader)));
        PartitionProposal.Builder nameless = proposal(leader)
                .setPartitionEpoch(1)
                .addIsr(IsrMember.newBuilder().setBrokerId(follower).setBrokerEpoch(-1));

        assertThat(verdict(leader, nameless)).isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
        assertThat(verdict(leader, proposal(leader, follower).setPartitionEpoch(1)))
                .isEqualTo(ErrorCode.NONE);
    }

    @Test
    void epochsAreCompared() {
        image = Fixtures.after(
                image, Fixtures.BROKERS.fence(image, leader, 100 + leader, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        int next = Fixtures.partition(image, "t", 0).leader();
        assertThat(verdict(next, proposal(next))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(verdict(next, proposal(next).setLeaderEpoch(1))).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(verdict(next, proposal(next).setLeaderEpoch(2))).isEqualTo(ErrorCode.NOT_CONTROLLER);
        assertThat(verdict(next, proposal(next).setLeaderEpoch(1).setPartitionEpoch(2)))
                .isEqualTo(ErrorCode.NOT_CONTROLLER);
        assertThat(verdict(next, proposal(next, leader).setLeaderEpoch(1).setPartitionEpoch(1)))
                .isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
        assertThat(verdict(next, proposal(next).setLeaderEpoch(1).setPartitionEpoch(1)))
                .isEqualTo(ErrorCode.NONE);
    }

    @Test
    void membersMustBeReplicasOfTheEpochThatTheLeaderKnows() {
        PartitionProposal.Builder stale = proposal(leader)
                .addIsr(IsrMember.newBuilder().setBrokerId(follower).setBrokerEpoch(7));
        PartitionProposal.Builder unknownEpoch = proposal(leader)
                .addIsr(IsrMember.newBuilder().setBrokerId(follower).setBrokerEpoch(-1));
        int stranger = 10 - leader - follower - other;
        assertThat(verdict(leader, stale)).isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
        assertThat(verdict(leader, unknownEpoch)).isEqualTo(ErrorCode.NONE);
        assertThat(verdict(leader, proposal(leader, stranger))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(verdict(leader, proposal(leader, leader))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(verdict(leader, proposal(follower))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(verdict(leader, proposal())).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(verdict(follower, proposal(follower))).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void unknownPartitionsTwiceTheSameAndStaleSenders() {
        assertThat(verdict(leader, proposal(leader).setTopicId(ByteString.copyFrom(new byte[16]))))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(verdict(leader, proposal(leader).setPartition(1))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        Decision<AlterPartitionResponse> twice = alter(leader, proposal(leader), proposal(leader, follower));
        assertThat(twice.records()).hasSize(1);
        assertThat(twice.reply().apply(0).getPartitions(1).getStatus().getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        Decision<AlterPartitionResponse> stale = Fixtures.PARTITIONS.alter(
                image,
                AlterPartitionRequest.newBuilder()
                        .setBrokerId(leader)
                        .setBrokerEpoch(1)
                        .build(),
                Fixtures.ALL_ONLINE);
        assertThat(stale.reply().apply(0).getStatus().getCode()).isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
    }
}
