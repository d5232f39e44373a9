package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.BrokerDecisions.Registration;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import dev.curia.testkit.Check;
import java.util.HashSet;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BrokerDecisionsTest {
    private static final TopicDecisions TOPICS = new TopicDecisions(new TopicDefaults(1, 1, Map.of()));

    private static MetadataImage withTopic(int brokers, int partitions, int factor) {
        MetadataImage image = Fixtures.cluster(brokers);
        return Fixtures.after(
                image, TOPICS.create(image, Fixtures.createTopic("t", partitions, factor), new SplittableRandom(3)));
    }

    private static MetadataImage fence(MetadataImage image, int id) {
        return Fixtures.after(
                image,
                Fixtures.BROKERS.fence(
                        image, id, image.broker(id).orElseThrow().epoch(), Fixtures.CAUSE, Fixtures.ALL_ONLINE));
    }

    private static MetadataImage unfence(MetadataImage image, int id) {
        return Fixtures.after(
                image,
                Fixtures.BROKERS.unfence(
                        image, id, image.broker(id).orElseThrow().epoch(), Fixtures.ALL_ONLINE));
    }

    private static Registration reply(Decision<Registration> decision) {
        return decision.reply().apply(0);
    }

    @Test
    void fencingElectsFromTheIsrAndTakesTheBrokerOut() {
        MetadataImage image = withTopic(3, 6, 3);
        MetadataImage after = fence(image, 2);
        assertThat(after.isAlive(2)).isFalse();
        for (int p = 0; p < 6; p++) {
            PartitionState old = Fixtures.partition(image, "t", p);
            PartitionState now = Fixtures.partition(after, "t", p);
            assertThat(now.isr()).hasSize(2).doesNotContain(2).contains(now.leader());
            boolean led = old.leader() == 2;
            assertThat(now.leaderEpoch()).isEqualTo(old.leaderEpoch() + (led ? 1 : 0));
            assertThat(now.partitionEpoch()).isEqualTo(old.partitionEpoch() + 1);
        }
    }

    @Test
    void theLastIsrMemberStaysInTheIsrAndLeadsAgainWhenItIsBack() {
        MetadataImage image = fence(withTopic(2, 1, 2), 1);
        MetadataImage dark = fence(image, 2);
        PartitionState state = Fixtures.partition(dark, "t", 0);
        assertThat(state.leader()).isEqualTo(PartitionState.NO_LEADER);
        assertThat(state.isr()).containsExactly(2);

        MetadataImage wrongOneBack = unfence(dark, 1);
        assertThat(Fixtures.partition(wrongOneBack, "t", 0).hasLeader()).isFalse();

        PartitionState back = Fixtures.partition(unfence(wrongOneBack, 2), "t", 0);
        assertThat(back.leader()).isEqualTo(2);
        assertThat(back.leaderEpoch()).isGreaterThan(state.leaderEpoch());
    }

    @Test
    void fencingIsOnlyForTheCurrentEpoch() {
        MetadataImage image = withTopic(2, 1, 2);
        assertThat(Fixtures.BROKERS
                        .fence(image, 1, 99, Fixtures.CAUSE, Fixtures.ALL_ONLINE)
                        .records())
                .isEmpty();
        assertThat(Fixtures.BROKERS
                        .fence(fence(image, 1), 1, 101, Fixtures.CAUSE, Fixtures.ALL_ONLINE)
                        .records())
                .isEmpty();
    }

    @Test
    void aNewIncarnationGetsANewEpochFencedAndLosesWhatTheOldOneLed() {
        MetadataImage image = withTopic(2, 4, 2);
        Decision<Registration> decision =
                Fixtures.BROKERS.register(image, Fixtures.register(1, 50), false, Fixtures.ALL_ONLINE);
        MetadataImage after = Fixtures.after(image, decision);
        BrokerRegistration broker = after.broker(1).orElseThrow();
        assertThat(broker.epoch()).isEqualTo(reply(decision).epoch()).isGreaterThan(102);
        assertThat(broker.fenced()).isTrue();
        for (PartitionState state : after.topic("t").orElseThrow().partitions()) {
            assertThat(state.leader()).isEqualTo(2);
            assertThat(state.isr()).containsExactly(2);
        }
    }

    @Test
    void theSameIncarnationKeepsItsEpoch() {
        Decision<Registration> decision =
                Fixtures.BROKERS.register(Fixtures.cluster(1), Fixtures.register(1, 1), true, Fixtures.ALL_ONLINE);
        assertThat(decision.records()).isEmpty();
        assertThat(reply(decision).epoch()).isEqualTo(101);
    }

    @Test
    void anotherClusterAndALiveTwinAreRefused() {
        MetadataImage image = Fixtures.cluster(1);
        var foreign =
                Fixtures.register(1, 5).toBuilder().setClusterId("elsewhere").build();
        assertThat(reply(Fixtures.BROKERS.register(image, foreign, false, Fixtures.ALL_ONLINE))
                        .status()
                        .getCode())
                .isEqualTo(ErrorCode.INCONSISTENT_CLUSTER_ID);
        assertThat(reply(Fixtures.BROKERS.register(image, Fixtures.register(1, 5), true, Fixtures.ALL_ONLINE))
                        .status()
                        .getCode())
                .isEqualTo(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
    }

    @Test
    void aNewControllerElectsWhereAnEarlierOneCouldNot() {
        MetadataImage image = fence(withTopic(1, 1, 1), 1);
        MetadataImage halfDone = image.apply(
                        image.index(),
                        Fixtures.BROKERS
                                .unfence(image, 1, 101, Fixtures.ALL_ONLINE)
                                .records()
                                .subList(0, 1))
                .image();
        assertThat(Fixtures.partition(halfDone, "t", 0).hasLeader()).isFalse();
        MetadataImage repaired = Fixtures.after(halfDone, Fixtures.BROKERS.repair(halfDone, Fixtures.ALL_ONLINE));
        assertThat(Fixtures.partition(repaired, "t", 0).leader()).isEqualTo(1);
    }

    @Test
    void onlyADeadBrokerWithoutReplicasIsUnregistered() {
        MetadataImage image = withTopic(2, 1, 2);
        assertThat(BrokerDecisions.unregister(image, 7).reply().apply(0).getCode())
                .isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
        assertThat(BrokerDecisions.unregister(image, 1).reply().apply(0).getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(BrokerDecisions.unregister(fence(image, 1), 1).records()).isEmpty();
        MetadataImage empty = fence(Fixtures.cluster(2), 1);
        assertThat(Fixtures.after(empty, BrokerDecisions.unregister(empty, 1)).broker(1))
                .isEmpty();
    }

    /** I23, I24, and that a partition is dark only when its whole ISR is: over random fencing, unfencing and restarts. */
    @Test
    void leadersAreAliveAndInSyncWhateverBrokersDo() {
        Check.forAll(100, random -> random, random -> {
            MetadataImage image = withTopic(4, 8, 3);
            for (int step = 0; step < 80; step++) {
                int id = 1 + random.nextInt(4);
                long epoch = image.broker(id).orElseThrow().epoch();
                Decision<?> decision = switch (random.nextInt(3)) {
                    case 0 -> Fixtures.BROKERS.fence(image, id, epoch, Fixtures.CAUSE, Fixtures.ALL_ONLINE);
                    case 1 -> Fixtures.BROKERS.unfence(image, id, epoch, Fixtures.ALL_ONLINE);
                    default ->
                        Fixtures.BROKERS.register(
                                image,
                                Fixtures.register(id, 1000 + step).toBuilder()
                                        .setPreviousBrokerEpoch(random.nextBoolean() ? epoch : -1)
                                        .build(),
                                false,
                                Fixtures.ALL_ONLINE);
                };
                MetadataImage next = Fixtures.after(image, decision);
                checkInvariants(image, next);
                image = next;
            }
        });
    }

    private static void checkInvariants(MetadataImage before, MetadataImage after) {
        for (Topic topic : after.topics()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                PartitionState old = Fixtures.partition(before, topic.name(), p);
                PartitionState now = topic.partitions().get(p);
                if (now.isr().isEmpty()) assertThat(now.lastKnownEligible()).isNotEmpty();
                if (now.isr().isEmpty()) assertThat(now.eligibleLeaders()).isEmpty();
                assertThat(now.eligibleLeaders()).noneMatch(now.isr()::contains);
                assertThat(new HashSet<>(now.replicas())).containsAll(now.isr());
                assertThat(now.leaderEpoch()).isGreaterThanOrEqualTo(old.leaderEpoch());
                if (now.leader() != old.leader()) assertThat(now.leaderEpoch()).isGreaterThan(old.leaderEpoch());
                if (now.hasLeader()) {
                    assertThat(now.isr()).contains(now.leader());
                    assertThat(after.isAlive(now.leader())).isTrue();
                } else {
                    assertThat(now.isr()).noneMatch(after::isAlive);
                    assertThat(now.eligibleLeaders()).noneMatch(after::isAlive);
                }
            }
        }
    }

    @Test
    void producerIdsAreGivenOnceAndOnlyToTheCurrentIncarnation() {
        MetadataImage image = Fixtures.cluster(1);
        AllocateProducerIdsRequest request = AllocateProducerIdsRequest.newBuilder()
                .setBrokerId(1)
                .setBrokerEpoch(101)
                .build();
        Decision<AllocateProducerIdsResponse> first = ProducerIds.allocate(image, request);
        Decision<AllocateProducerIdsResponse> second = ProducerIds.allocate(Fixtures.after(image, first), request);
        assertThat(first.reply().apply(0).getFirstProducerId()).isZero();
        assertThat(first.reply().apply(0).getCount()).isEqualTo(ProducerIds.BLOCK);
        assertThat(second.reply().apply(0).getFirstProducerId()).isEqualTo(ProducerIds.BLOCK);
        assertThat(ProducerIds.allocate(
                                image, request.toBuilder().setBrokerEpoch(100).build())
                        .reply()
                        .apply(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
    }
}
