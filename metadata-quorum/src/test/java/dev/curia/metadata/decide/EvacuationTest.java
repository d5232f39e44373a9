package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.DrainStep.Stage;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import dev.curia.proto.metadata.v1.BrokerStandingRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Also of {@link Upkeep} and of the standings that lead to a drain. */
final class EvacuationTest {
    private static final int LIMIT = 2;

    private final Upkeep upkeep = new Upkeep(Fixtures.DEFAULTS, LIMIT);
    private final Evacuation evacuation = new Evacuation(Fixtures.DEFAULTS, LIMIT);
    private final Reassignments reassignments = new Reassignments(Fixtures.DEFAULTS);
    private MetadataImage image = Fixtures.cluster(0);

    @Test
    void aDrainMovesAFewPartitionsAtATimeUntilNoneIsLeft() {
        brokers("a", "a", "a", "a");
        topic("orders", List.of(1, 2), List.of(1, 3), List.of(2, 1), List.of(4, 1), List.of(2, 3));
        stand(1, Standing.DRAINING);

        assertThat(stages(1)).containsExactly(Stage.READY, Stage.READY, Stage.WAITING, Stage.WAITING);
        assertThat(next().movesBegun()).isEqualTo(LIMIT);
        assertThat(stages(1)).containsExactly(Stage.MOVING, Stage.MOVING, Stage.WAITING, Stage.WAITING);
        assertThat(next().movesBegun()).isZero();
        drainFully();

        assertThat(BrokerStandings.holdsReplicas(image, 1)).isFalse();
        assertThat(state("orders", 4).replicas()).as("others stay").containsExactly(2, 3);
        assertThat(image.broker(1)).as("it is only empty").isPresent();
    }

    @Test
    void aDecommissionedBrokerIsForgottenWhenItIsEmptyAndStopped() {
        brokers("a", "a", "a");
        topic("orders", List.of(1, 2));
        stand(1, Standing.DECOMMISSIONING);
        fence(1);
        assertThat(nextOf(Set.of(1)).unregistered()).as("not empty").isEmpty();
        drainFully();
        assertThat(nextOf(Set.of()).unregistered())
                .as("it may be starting again")
                .isEmpty();
        assertThat(nextOf(Set.of(1)).unregistered()).containsExactly(1);
        assertThat(image.broker(1)).isEmpty();
    }

    @Test
    void theLeastLoadedBrokerOfAnotherRackIsChosen() {
        brokers("a", "b", "b", "c", "c", "a");
        topic("load", List.of(4), List.of(5), List.of(5));
        topic("orders", List.of(1, 2));
        stand(1, Standing.DRAINING);
        assertThat(step("orders").target())
                .as("a new one in rack a has nothing")
                .containsExactly(6, 2);
        stand(6, Standing.MAINTENANCE);
        assertThat(step("orders").target()).containsExactly(4, 2);
    }

    @Test
    void aPartitionIsBlockedRatherThanLeftOnFewerRacksUnlessThereAreNoMore() {
        brokers("a", "b", "b", "c");
        topic("orders", List.of(1, 2));
        stand(1, Standing.DRAINING);
        fence(4);
        assertThat(step("orders").stage()).isEqualTo(Stage.BLOCKED);
        assertThat(step("orders").reason()).contains("1 racks", "could be on 2", "broker 4 is not alive (rack 'c')");
        stand(4, Standing.DRAINING);
        assertThat(step("orders").target()).as("no rack but b will be left").containsExactly(3, 2);
    }

    @Test
    void eachObstacleHasItsReason() {
        brokers("a", "a", "a", "a");
        topic("orders", List.of(1, 2, 3), List.of(1), List.of(2, 1));
        stand(1, Standing.DRAINING);
        fence(4);
        assertThat(reason(0)).contains("no other broker takes replicas: broker 4 is not alive");
        stand(4, Standing.DRAINING);
        assertThat(reason(0)).contains("3 replicas", "only 2");
        stand(4, Standing.MAINTENANCE);
        unfence(4);
        assertThat(reason(0)).contains("broker 4 is in maintenance");

        move("orders", 2, List.of(1, 3));
        assertThat(reason(2)).contains("it already moves, to brokers [1, 3]");
        move("orders", 2, List.of(2, 4));
        assertThat(evacuation.plan(image, Set.of(1), Fixtures.ALL_ONLINE))
                .filteredOn(step -> step.id().partition() == 2)
                .extracting(Evacuation.Step::stage)
                .containsExactly(Stage.MOVING);
        fence(4);
        assertThat(reason(2)).contains("waits for brokers [4]", "--cancel");

        apply(Records.record(Records.change(id("orders", 1), Fixtures.CAUSE).setLeader(PartitionState.NO_LEADER)));
        assertThat(reason(1)).contains("nobody leads it");
    }

    @Test
    void aBrokerThatIsFullTakesNothing() {
        brokers("a", "a", "a");
        topic("orders", List.of(1));
        stand(1, Standing.DRAINING);
        ReplicaHealth twoIsFull = new ReplicaHealth() {
            @Override
            public boolean isOnline(int brokerId, PartitionId partition) {
                return true;
            }

            @Override
            public boolean hasRoom(int brokerId) {
                return brokerId != 2;
            }
        };
        assertThat(evacuation.plan(image, Set.of(1), twoIsFull).get(0).target()).containsExactly(3);
    }

    @Test
    void whatABrokerThatIsAwayHeldIsMadeAnewElsewhereAndBeginsWithWhatIsLeast() {
        brokers("a", "a", "a", "a");
        topic("orders", List.of(2, 3, 4), List.of(1, 2, 3), List.of(1, 3), List.of(1));
        fence(1);
        assertThat(evacuation.plan(image, Set.of(1), Fixtures.ALL_ONLINE))
                .extracting(step -> step.id().partition())
                .containsExactly(2, 3, 1);
        upkeepOf(Set.of(1), Set.of());
        assertThat(state("orders", 2).adding()).isNotEmpty().doesNotContain(1);
        assertThat(reason(3)).as("it was the only one that had it").contains("nobody leads it");
        catchUp();
        assertThat(Fixtures.partition(image, "orders", 2).replicas()).hasSize(2).doesNotContain(1);
        unfence(1);
        assertThat(state("orders", 2).replicas()).as("when it is back").doesNotContain(1);
    }

    @Test
    void aBrokerInMaintenanceKeepsItsReplicasAndLeadsNothing() {
        brokers("a", "a", "a");
        topic("orders", List.of(1, 2), List.of(3, 1), List.of(1));
        stand(1, Standing.MAINTENANCE);
        assertThat(next().leadersMoved()).isEqualTo(1);
        assertThat(state("orders", 0).leader()).isEqualTo(2);
        assertThat(state("orders", 0).isr()).containsExactly(1, 2);
        assertThat(state("orders", 2).leader()).as("nobody else can").isEqualTo(1);
        assertThat(PreferredElections.balance(image, Fixtures.ALL_ONLINE, 10).records())
                .isEmpty();
        stand(1, Standing.IN_SERVICE);
        assertThat(PreferredElections.balance(image, Fixtures.ALL_ONLINE, 10).records())
                .hasSize(1);
    }

    /** Whatever fails meanwhile, and whoever else moves partitions. */
    @Test
    void everyDrainKeepsReplicationAndRacksAndEndsEmptyOrWithReasons() {
        Check.forAll(150, SplittableRandom::nextLong, seed -> {
            Random random = new Random(seed);
            int brokers = 2 + random.nextInt(7);
            image = Fixtures.cluster(0);
            String[] racks = new String[brokers];
            Arrays.setAll(racks, b -> "r" + random.nextInt(3));
            brokers(racks);
            int factor = 1 + random.nextInt(Math.min(3, brokers));
            image = Fixtures.after(
                    image,
                    topics().create(image, Fixtures.createTopic("orders", 12, factor), new SplittableRandom(seed)));
            for (int n = 1 + random.nextInt(2); n > 0; n--) {
                stand(1 + random.nextInt(brokers), random.nextBoolean() ? Standing.DRAINING : Standing.DECOMMISSIONING);
            }
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(6)) {
                    case 0 -> fence(1 + random.nextInt(brokers));
                    case 1, 2 -> unfence(1 + random.nextInt(brokers));
                    case 3 -> move("orders", random.nextInt(12), randomReplicas(random, brokers, factor));
                    case 4 -> catchUp();
                    default -> checkedStep(factor);
                }
            }
            for (int id = 1; id <= brokers; id++) unfence(id);
            drainFully(factor);
            checkEnd();
        });
    }

    private void checkedStep(int factor) {
        MetadataImage before = image;
        next();
        Racks racks = new Racks(before);
        Set<Integer> leaving = leaving(before);
        List<Integer> staying = before.brokers().stream()
                .map(broker -> broker.id())
                .filter(id -> !leaving.contains(id))
                .toList();
        for (int p = 0; p < 12; p++) {
            PartitionState old = Fixtures.partition(before, "orders", p);
            PartitionState now = state("orders", p);
            if (old.equals(now)) continue;
            assertThat(old.isMoving()).as("others' moves are left alone").isFalse();
            List<Integer> target = MoveLoad.target(now);
            assertThat(target).hasSize(factor).doesNotHaveDuplicates();
            assertThat(now.replicas()).containsAll(old.replicas());
            assertThat(now.isr()).isEqualTo(old.isr());
            assertThat(now.adding()).isNotEmpty().allMatch(id -> before.isAlive(id) && !leaving.contains(id));
            assertThat(now.removing()).isNotEmpty().allMatch(leaving::contains);
            assertThat(racks.count(target))
                    .isGreaterThanOrEqualTo(
                            Math.min(racks.count(old.replicas()), Math.min(factor, racks.count(staying))));
        }
    }

    private void checkEnd() {
        Set<Integer> leaving = leaving(image);
        for (Evacuation.Step step : evacuation.plan(image, leaving, Fixtures.ALL_ONLINE)) {
            assertThat(step.stage()).as(step.toString()).isEqualTo(Stage.BLOCKED);
            assertThat(step.reason()).isNotEmpty();
        }
        int others = image.brokers().size() - leaving.size();
        int factor = MoveLoad.target(state("orders", 0)).size();
        Set<String> racks = new Racks(image)
                .of(image.brokers().stream()
                        .map(broker -> broker.id())
                        .filter(id -> !leaving.contains(id))
                        .toList());
        if (others >= factor && racks.size() <= others) {
            assertThat(leaving).as("nothing was in the way").noneMatch(id -> BrokerStandings.holdsReplicas(image, id));
        }
    }

    private void drainFully() {
        drainFully(0);
    }

    private void drainFully(int factor) {
        for (int round = 0; round < 100; round++) {
            if (factor > 0) checkedStep(factor);
            else next();
            catchUp();
            boolean goesOn = evacuation.plan(image, leaving(image), Fixtures.ALL_ONLINE).stream()
                    .anyMatch(step -> step.stage() != Stage.BLOCKED);
            if (!goesOn && image.moving().isEmpty()) return;
        }
        throw new AssertionError(
                "the drain does not end: " + evacuation.plan(image, leaving(image), Fixtures.ALL_ONLINE));
    }

    private static Set<Integer> leaving(MetadataImage image) {
        return image.brokers().stream()
                .filter(broker -> broker.standing().leaves())
                .map(broker -> broker.id())
                .collect(Collectors.toSet());
    }

    /** Replicas of brokers that are alive get in sync, and moves end. */
    private void catchUp() {
        for (var topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                PartitionState state = Fixtures.partition(image, topic.name(), p);
                List<Integer> isr = new ArrayList<>(state.replicas());
                isr.removeIf(id -> !image.isAlive(id) && !state.isr().contains(id));
                if (state.hasLeader() && !isr.equals(state.isr())) {
                    apply(Records.record(Records.change(new PartitionId(topic.id(), p), Fixtures.CAUSE)
                            .setIsr(Records.brokers(isr))));
                }
            }
        }
        image = Fixtures.after(image, reassignments.complete(image, Fixtures.ALL_ONLINE));
    }

    private static List<Integer> randomReplicas(Random random, int brokers, int factor) {
        List<Integer> ids = new ArrayList<>();
        while (ids.size() < factor) {
            int id = 1 + random.nextInt(brokers);
            if (!ids.contains(id)) ids.add(id);
        }
        return ids;
    }

    private Upkeep.Done next() {
        return upkeepOf(Set.of(), Set.of());
    }

    private Upkeep.Done nextOf(Set<Integer> stopped) {
        return upkeepOf(Set.of(), stopped);
    }

    private Upkeep.Done upkeepOf(Set<Integer> absent, Set<Integer> stopped) {
        Decision<Upkeep.Done> decision = upkeep.next(image, absent, stopped, Fixtures.ALL_ONLINE);
        if (!decision.records().isEmpty()) image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index());
    }

    private List<Stage> stages(int leaving) {
        return evacuation.plan(image, Set.of(leaving), Fixtures.ALL_ONLINE).stream()
                .map(Evacuation.Step::stage)
                .toList();
    }

    private Evacuation.Step step(String topic) {
        return evacuation.plan(image, leaving(image), Fixtures.ALL_ONLINE).stream()
                .filter(step -> step.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    private String reason(int partition) {
        Evacuation.Step found = evacuation.plan(image, Set.of(1), Fixtures.ALL_ONLINE).stream()
                .filter(step -> step.id().partition() == partition)
                .findFirst()
                .orElseThrow();
        assertThat(found.stage()).isEqualTo(Stage.BLOCKED);
        return found.reason();
    }

    private void brokers(String... racks) {
        for (int i = 0; i < racks.length; i++) apply(Fixtures.broker(i + 1, racks[i], false));
    }

    @SafeVarargs
    private void topic(String name, List<Integer>... replicas) {
        NewTopic.Builder topic =
                NewTopic.newBuilder().setName(name).setPartitions(-1).setReplicationFactor(-1);
        // Not through the decision: replicas of any number.
        CreateTopicsRequest request = CreateTopicsRequest.newBuilder()
                .addTopics(topic.addAssignments(ReplicaAssignment.newBuilder().addAllReplicas(replicas[0])))
                .build();
        image = Fixtures.after(image, topics().create(image, request, new SplittableRandom(name.hashCode())));
        for (int p = 1; p < replicas.length; p++) {
            apply(ImageRecords.partitionRecord(
                    image.topic(name).orElseThrow().id(),
                    p,
                    new PartitionState(replicas[p], replicas[p], List.of(), replicas[p].get(0), 0, 0)));
        }
    }

    private static TopicDecisions topics() {
        return new TopicDecisions(Fixtures.DEFAULTS);
    }

    private void stand(int id, Standing standing) {
        apply(MetadataRecord.newBuilder()
                .setBrokerStanding(
                        BrokerStandingRecord.newBuilder().setBrokerId(id).setStanding(standing.proto()))
                .build());
    }

    private void fence(int id) {
        long epoch = image.broker(id).orElseThrow().epoch();
        image = Fixtures.after(image, Fixtures.BROKERS.fence(image, id, epoch, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
    }

    private void unfence(int id) {
        if (image.broker(id).isEmpty()) return;
        long epoch = image.broker(id).orElseThrow().epoch();
        image = Fixtures.after(image, Fixtures.BROKERS.unfence(image, id, epoch, Fixtures.ALL_ONLINE));
    }

    private void move(String topic, int partition, List<Integer> replicas) {
        AlterReassignmentsRequest request = AlterReassignmentsRequest.newBuilder()
                .addPartitions(Reassignment.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .addAllReplicas(replicas))
                .build();
        image = Fixtures.after(image, reassignments.alter(image, request, Fixtures.ALL_ONLINE));
    }

    private void apply(MetadataRecord record) {
        image = image.apply(image.index() + 1, List.of(record)).image();
    }

    private PartitionState state(String topic, int partition) {
        return Fixtures.partition(image, topic, partition);
    }

    private PartitionId id(String topic, int partition) {
        return new PartitionId(image.topic(topic).orElseThrow().id(), partition);
    }
}
