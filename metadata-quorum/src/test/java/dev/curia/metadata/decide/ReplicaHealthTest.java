package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.proto.metadata.v1.Register;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the controller does about replicas whose disk failed, or is full, while their broker lives on. */
final class ReplicaHealthTest {
    private static final int PARTITIONS = 6;

    /** The cluster. */
    private MetadataImage image = MetadataImage.EMPTY;

    /** What its brokers have said to the present controller. */
    private final Map<Integer, Set<PartitionId>> offline = new HashMap<>();

    private void start(int brokers, int factor, long seed) {
        image = Fixtures.cluster(brokers);
        image = Fixtures.after(
                image,
                new TopicDecisions(new TopicDefaults(1, 1, Map.of()))
                        .create(image, Fixtures.createTopic("t", PARTITIONS, factor), new SplittableRandom(seed)));
        offline.clear();
        full.clear();
        for (int id = 1; id <= brokers; id++) offline.put(id, Set.of());
    }

    private final Map<Integer, Set<PartitionId>> full = new HashMap<>();

    private final ReplicaHealth health = new ReplicaHealth() {
        @Override
        public boolean isOnline(int broker, PartitionId partition) {
            return offline.containsKey(broker) && !offline.get(broker).contains(partition);
        }

        @Override
        public boolean isFull(int broker, PartitionId partition) {
            return full.getOrDefault(broker, Set.of()).contains(partition);
        }

        @Override
        public boolean anyFull() {
            return !full.isEmpty();
        }
    };

    private boolean isOnline(int broker, PartitionId partition) {
        return health.isOnline(broker, partition);
    }

    private void reportFull(int broker, Set<PartitionId> now) {
        full.put(broker, now);
        report(broker, offline.getOrDefault(broker, Set.of()));
    }

    private PartitionId id(int partition) {
        return new PartitionId(image.topic("t").orElseThrow().id(), partition);
    }

    private PartitionState state(int partition) {
        return Fixtures.partition(image, "t", partition);
    }

    private long epoch(int broker) {
        return image.broker(broker).orElseThrow().epoch();
    }

    private void report(int broker, Set<PartitionId> now) {
        Set<PartitionId> fresh = new HashSet<>(now);
        fresh.removeAll(offline.getOrDefault(broker, Set.of()));
        offline.put(broker, now);
        apply(Fixtures.BROKERS.replicasReported(image, broker, epoch(broker), now, fresh, health));
    }

    private void fence(int broker) {
        apply(Fixtures.BROKERS.fence(image, broker, epoch(broker), Fixtures.CAUSE, health));
    }

    private void unfence(int broker) {
        apply(Fixtures.BROKERS.unfence(image, broker, epoch(broker), health));
    }

    private void apply(Decision<?> decision) {
        image = Fixtures.after(image, decision);
    }

    private ErrorCode propose(int partition, List<Integer> isr) {
        PartitionState state = state(partition);
        return propose(partition, state, isr);
    }

    /** As if made when the partition was in {@code seen}. */
    private ErrorCode propose(int partition, PartitionState seen, List<Integer> isr) {
        PartitionProposal.Builder proposal = PartitionProposal.newBuilder()
                .setTopicId(ImageRecords.bytes(id(partition).topicId()))
                .setPartition(partition)
                .setLeaderEpoch(seen.leaderEpoch())
                .setPartitionEpoch(seen.partitionEpoch());
        isr.forEach(member ->
                proposal.addIsr(IsrMember.newBuilder().setBrokerId(member).setBrokerEpoch(epoch(member))));
        var decision = Fixtures.PARTITIONS.alter(
                image,
                AlterPartitionRequest.newBuilder()
                        .setBrokerId(seen.leader())
                        .setBrokerEpoch(epoch(seen.leader()))
                        .addPartitions(proposal)
                        .build(),
                health);
        apply(decision);
        return decision.reply().apply(0).getPartitions(0).getStatus().getCode();
    }

    @Test
    void anOfflineLeaderIsReplacedAndTheBrokerKeepsItsOtherReplicas() {
        start(3, 3, 1);
        int broker = state(0).leader();
        report(broker, Set.of(id(0)));
        assertThat(state(0).leader()).isNotEqualTo(broker).isNotEqualTo(PartitionState.NO_LEADER);
        assertThat(state(0).isr()).hasSize(2).doesNotContain(broker);
        for (int p = 1; p < PARTITIONS; p++) {
            assertThat(state(p).isr()).contains(broker);
            assertThat(state(p).partitionEpoch()).isZero();
        }
    }

    @Test
    void theLastInSyncReplicaStaysSoWithoutLeadingUntilItIsBack() {
        start(1, 1, 1);
        report(1, Set.of(id(2)));
        assertThat(state(2).leader()).isEqualTo(PartitionState.NO_LEADER);
        assertThat(state(2).isr()).containsExactly(1);
        int epoch = state(2).leaderEpoch();

        fence(1);
        unfence(1);
        apply(Fixtures.BROKERS.repair(image, health));
        assertThat(state(2).hasLeader()).isFalse();
        assertThat(state(1).leader()).isEqualTo(1);

        report(1, Set.of());
        assertThat(state(2).leader()).isEqualTo(1);
        assertThat(state(2).leaderEpoch()).isGreaterThan(epoch);
    }

    @Test
    void aNewControllerElectsNobodyWhoHasNotReported() {
        start(2, 2, 1);
        int leader = state(0).leader();
        int other = 3 - leader;
        report(other, Set.of(id(0)));
        report(leader, Set.of(id(0)));
        assertThat(state(0).hasLeader()).isFalse();
        offline.clear(); // as after a failover

        apply(Fixtures.BROKERS.repair(image, health));
        assertThat(state(0).hasLeader()).isFalse();

        report(leader, Set.of());
        assertThat(state(0).leader()).isEqualTo(leader);
    }

    @Test
    void anOfflineReplicaDoesNotJoinAnIsr() {
        start(3, 3, 1);
        int leader = state(0).leader();
        int follower = state(0).replicas().get(1);
        report(follower, Set.of(id(0)));
        assertThat(propose(0, state(0).replicas())).isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
        report(follower, Set.of());
        assertThat(propose(0, state(0).replicas())).isEqualTo(ErrorCode.NONE);

        offline.remove(follower); // a new controller
        assertThat(propose(0, state(0).replicas())).isEqualTo(ErrorCode.NONE); // it is a member already
        assertThat(propose(0, List.of(leader))).isEqualTo(ErrorCode.NONE);
        assertThat(propose(0, state(0).replicas())).isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
    }

    /** The replica may be made anew between the report and the arrival of a proposal that counts on what it had. */
    @Test
    void aProposalFromBeforeTheReportFailsWhenItArrivesAfterTheReplicaIsBack() {
        start(3, 3, 1);
        int follower = state(0).replicas().get(1);
        int third = state(0).replicas().get(2);
        propose(0, List.of(state(0).leader(), third));
        PartitionState seen = state(0);

        report(follower, Set.of(id(0)));
        report(follower, Set.of());

        assertThat(propose(0, seen, seen.replicas())).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
        assertThat(state(0).isr()).doesNotContain(follower);
    }

    @Test
    void aReplicaOnAFullDiskGivesWayWhileAnotherCanGoOn() {
        start(3, 3, 1);
        int leader = state(0).leader();
        int follower = state(0).replicas().get(1);
        int third = state(0).replicas().get(2);
        reportFull(leader, Set.of(id(0)));
        assertThat(state(0).leader()).isEqualTo(follower);
        assertThat(state(0).isr()).containsExactly(follower, third);
        assertThat(propose(0, List.of(follower, third, leader))).isEqualTo(ErrorCode.INELIGIBLE_REPLICA);

        reportFull(third, Set.of(id(0)));
        assertThat(state(0).isr()).containsExactly(follower);
        int epoch = state(0).leaderEpoch();
        reportFull(follower, Set.of(id(0)));
        assertThat(state(0).leader()).as("nobody else can go on").isEqualTo(follower);
        assertThat(state(0).leaderEpoch()).isEqualTo(epoch);

        reportFull(leader, Set.of());
        assertThat(propose(0, List.of(follower, leader))).isEqualTo(ErrorCode.NONE);
        apply(Fixtures.BROKERS.relieveFull(image, health));
        assertThat(state(0).leader()).isEqualTo(leader);
        assertThat(state(0).isr()).containsExactly(leader);
    }

    @Test
    void whenAllAreFullNothingChanges() {
        start(2, 2, 1);
        int leader = state(0).leader();
        full.put(3 - leader, Set.of(id(0)));
        reportFull(leader, Set.of(id(0)));
        assertThat(state(0).leader()).isEqualTo(leader);
        assertThat(state(0).isr()).hasSize(2);
    }

    @Test
    void aReportOfAnEarlierEpochOrOfForeignPartitionsChangesNothing() {
        start(3, 2, 1);
        int stranger = 6 - state(0).replicas().get(0) - state(0).replicas().get(1);
        assertThat(Fixtures.BROKERS
                        .replicasReported(image, 1, 7, Set.of(id(0)), Set.of(id(0)), health)
                        .records())
                .isEmpty();
        report(stranger, Set.of(id(0), id(77)));
        assertThat(state(0).partitionEpoch()).isZero();
    }

    /**
     * I24 and more, over random failures, restarts, proposals and failovers: an offline or dead replica never becomes leader nor joins an
     * ISR, and a partition has a leader whenever an in-sync replica is alive and known to be online.
     */
    @Test
    void offlineReplicasNeverLeadNorJoin() {
        Check.forAll(150, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            start(4, 3, seed);
            for (int step = 0; step < 100; step++) {
                MetadataImage before = image;
                step(random, step);
                check(before);
            }
        });
    }

    private void step(SplittableRandom random, int step) {
        int broker = 1 + random.nextInt(4);
        switch (random.nextInt(7)) {
            case 0 -> fence(broker);
            case 1 -> {
                // A broker reports before it is unfenced.
                if (!offline.containsKey(broker)) report(broker, randomSet(random));
                unfence(broker);
            }
            case 2 -> {
                long epoch = image.broker(broker).orElseThrow().epoch();
                Register request = Fixtures.register(broker, 1000 + step).toBuilder()
                        .setPreviousBrokerEpoch(random.nextBoolean() ? epoch : -1)
                        .build();
                apply(Fixtures.BROKERS.register(image, request, false, health));
                offline.remove(broker);
            }
            case 3 -> report(broker, randomSet(random));
            case 5 -> {
                reportFull(broker, randomSet(random));
                checkRelieved();
            }
            case 4 -> {
                int partition = random.nextInt(PARTITIONS);
                PartitionState state = state(partition);
                if (!state.hasLeader()) return;
                List<Integer> isr = new ArrayList<>(List.of(state.leader()));
                for (int r : state.replicas()) if (r != state.leader() && random.nextBoolean()) isr.add(r);
                propose(partition, isr);
            }
            default -> {
                if (random.nextInt(4) > 0) return;
                full.clear();
                offline.clear(); // a new controller; those alive report sooner or later
                apply(Fixtures.BROKERS.repair(image, health));
                for (int id = 1; id <= 4; id++) if (random.nextBoolean()) report(id, randomSet(random));
            }
        }
    }

    private Set<PartitionId> randomSet(SplittableRandom random) {
        Set<PartitionId> set = new HashSet<>();
        int density = random.nextInt(4);
        for (int p = 0; p < PARTITIONS; p++) if (random.nextInt(4) < density) set.add(id(p));
        return set;
    }

    /** No full replica is in sync where another in-sync one could go on. */
    private void checkRelieved() {
        for (int p = 0; p < PARTITIONS; p++) {
            PartitionState state = state(p);
            PartitionId id = id(p);
            boolean couldGoOn = state.isr().stream()
                    .anyMatch(member -> image.isAlive(member) && isOnline(member, id) && !health.isFull(member, id));
            if (state.hasLeader() && couldGoOn) assertThat(state.isr()).noneMatch(member -> health.isFull(member, id));
        }
    }

    private void check(MetadataImage before) {
        for (int p = 0; p < PARTITIONS; p++) {
            PartitionState old = Fixtures.partition(before, "t", p);
            PartitionState now = state(p);
            PartitionId id = id(p);
            if (now.isr().isEmpty()) assertThat(now.lastKnownEligible()).isNotEmpty();
            assertThat(new HashSet<>(now.replicas())).containsAll(now.isr());
            assertThat(now.eligibleLeaders()).noneMatch(now.isr()::contains);
            for (int member : now.isr()) {
                if (!old.isr().contains(member) && !old.eligibleLeaders().contains(member)) {
                    assertThat(isOnline(member, id)).isTrue();
                    assertThat(health.isFull(member, id)).isFalse();
                }
                boolean knownOffline =
                        offline.containsKey(member) && offline.get(member).contains(id);
                if (knownOffline) {
                    assertThat(now.isr()).hasSize(1);
                    assertThat(now.eligibleLeaders()).isEmpty();
                }
            }
            if (now.hasLeader()) {
                assertThat(now.isr()).contains(now.leader());
                assertThat(image.isAlive(now.leader())).isTrue();
                if (now.leaderEpoch() > old.leaderEpoch())
                    assertThat(isOnline(now.leader(), id)).isTrue();
            } else {
                assertThat(now.isr()).noneMatch(member -> image.isAlive(member) && isOnline(member, id));
                assertThat(now.eligibleLeaders()).noneMatch(member -> image.isAlive(member) && isOnline(member, id));
            }
        }
    }
}
