package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.BrokerShare;
import dev.curia.proto.admin.v1.PlanRebalanceRequest;
import dev.curia.proto.admin.v1.PlanRebalanceResponse;
import dev.curia.proto.admin.v1.PlannedMove;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.metadata.v1.BrokerStandingRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePVector;

final class RebalancePlanTest {
    private MetadataImage image = Fixtures.cluster(0);

    @Test
    void anEvenClusterGivesAnEmptyPlan() {
        brokers("a", "b", "c");
        create("orders", 9, 2);
        assertThat(plan().getMovesList()).isEmpty();
        assertThat(plan().getAfterList()).isEqualTo(plan().getBeforeList());
    }

    @Test
    void aNewBrokerGetsItsShareOfEveryTopicAndNothingElseMoves() {
        brokers("", "", "");
        create("orders", 8, 3);
        create("payments", 8, 3);
        apply(Fixtures.broker(4, "", false));
        PlanRebalanceResponse plan = plan();
        assertThat(plan.getAfterList()).extracting(BrokerShare::getReplicas).containsOnly(12);
        assertThat(plan.getAfterList()).extracting(BrokerShare::getLeaders).containsOnly(4);
        long copied = plan.getMovesList().stream()
                .filter(move -> !new HashSet<>(move.getFromList()).equals(new HashSet<>(move.getToList())))
                .count();
        assertThat(copied).isEqualTo(12);
        carryOut(plan);
        for (String topic : List.of("orders", "payments")) {
            assertThat(image.topic(topic).orElseThrow().partitions())
                    .filteredOn(state -> state.replicas().contains(4))
                    .hasSize(6);
        }
        assertThat(plan().getMovesList()).isEmpty();
    }

    @Test
    void leadersAreEvenedByOrderAlone() {
        brokers("", "", "");
        topic("t", List.of(List.of(1, 2), List.of(1, 2), List.of(1, 3), List.of(1, 3), List.of(2, 3), List.of(2, 3)));
        PlanRebalanceResponse plan = plan();
        assertThat(plan.getMovesList())
                .as("nothing is copied")
                .allMatch(move -> new HashSet<>(move.getFromList()).equals(new HashSet<>(move.getToList())));
        assertThat(plan.getAfterList()).extracting(BrokerShare::getLeaders).containsOnly(2);
    }

    @Test
    void replicasOfOneRackAreSpread() {
        brokers("a", "a", "b");
        topic("t", List.of(List.of(1, 2)));
        PlannedMove move = plan().getMoves(0);
        assertThat(move.getToList()).contains(3).hasSize(2);
    }

    @Test
    void brokersInMaintenanceAndPartitionsThatMoveAreLeftAlone() {
        brokers("", "", "", "");
        topic("t", List.of(List.of(1, 2), List.of(1, 2), List.of(1, 2), List.of(1, 2)));
        stand(4, Standing.MAINTENANCE);
        move("t", 0, List.of(2, 3));
        PlanRebalanceResponse plan = plan();
        assertThat(plan.getMoving()).isEqualTo(1);
        assertThat(plan.getMovesList()).isNotEmpty().allMatch(move -> move.getPartition() != 0);
        assertThat(plan.getMovesList()).allMatch(move -> !move.getToList().contains(4));
        assertThat(plan.getAfterList()).extracting(BrokerShare::getBrokerId).containsExactly(1, 2, 3);
    }

    @Test
    void noMoreBeginAtOnceThanIsWanted() {
        brokers("", "");
        create("t", 20, 1);
        apply(Fixtures.broker(3, "", false));
        PlanRebalanceResponse plan = RebalancePlan.of(
                image, PlanRebalanceRequest.newBuilder().setMovesPerBroker(2).build());
        assertThat(plan.getMovesList())
                .hasSize(6)
                .filteredOn(PlannedMove::getNow)
                .hasSize(2);
    }

    @Test
    void everyPlanIsLegalMakesItEvenAndIsFollowedByAnEmptyOne() {
        Check.forAll(200, SplittableRandom::nextLong, seed -> {
            Random random = new Random(seed);
            int brokers = 1 + random.nextInt(8);
            image = Fixtures.cluster(0);
            for (int id = 1; id <= brokers; id++) {
                apply(Fixtures.broker(id, "r" + random.nextInt(1 + random.nextInt(3)), random.nextInt(8) == 0));
            }
            for (int t = 0; t < 3; t++) topic("t" + t, random(random, brokers));
            for (int id = 1; id <= brokers; id++) {
                if (random.nextInt(6) == 0) stand(id, List.of(Standing.values()).get(random.nextInt(4)));
            }
            PlanRebalanceResponse plan = plan();
            assertThat(plan()).as("deterministic").isEqualTo(plan);
            Racks racks = new Racks(image);
            for (PlannedMove move : plan.getMovesList()) {
                assertThat(move.getToList()).doesNotHaveDuplicates().hasSameSizeAs(move.getFromList());
                assertThat(racks.count(move.getToList())).isGreaterThanOrEqualTo(racks.count(move.getFromList()));
                assertThat(MoveLoad.without(move.getToList(), move.getFromList()))
                        .allMatch(id -> image.broker(id).orElseThrow().takesReplicas());
            }
            assertThat(spread(plan.getAfterList()))
                    .isLessThanOrEqualTo(spread(plan.getBeforeList()) + plan.getMovesCount());
            carryOut(plan);
            assertThat(plan().getMovesList()).isEmpty();
            if (racks.count(image.brokers().stream().map(b -> b.id()).toList()) == 1) {
                assertThat(spread(plan.getAfterList()))
                        .as("without racks it is even")
                        .isLessThanOrEqualTo(1);
            }
        });
    }

    private static int spread(List<BrokerShare> shares) {
        int most = shares.stream().mapToInt(BrokerShare::getReplicas).max().orElse(0);
        return most - shares.stream().mapToInt(BrokerShare::getReplicas).min().orElse(0);
    }

    private static List<List<Integer>> random(Random random, int brokers) {
        int factor = 1 + random.nextInt(Math.min(3, brokers));
        List<List<Integer>> all = new ArrayList<>();
        for (int p = 0; p < 10; p++) {
            List<Integer> ids = new ArrayList<>();
            while (ids.size() < factor) {
                int id = 1 + Math.min(random.nextInt(brokers), random.nextInt(brokers)); // not even
                if (!ids.contains(id)) ids.add(id);
            }
            all.add(ids);
        }
        return all;
    }

    private PlanRebalanceResponse plan() {
        return RebalancePlan.of(image, PlanRebalanceRequest.getDefaultInstance());
    }

    /** As if everything were in sync at once. */
    private void carryOut(PlanRebalanceResponse plan) {
        for (PlannedMove move : plan.getMovesList()) {
            Topic topic = image.topic(move.getTopic()).orElseThrow();
            apply(ImageRecords.partitionRecord(topic.id(), move.getPartition(), of(move.getToList())));
        }
    }

    private static PartitionState of(List<Integer> replicas) {
        return new PartitionState(replicas, replicas, List.of(), replicas.get(0), 0, 0);
    }

    private void brokers(String... racks) {
        for (int i = 0; i < racks.length; i++) apply(Fixtures.broker(i + 1, racks[i], false));
    }

    private void create(String name, int partitions, int factor) {
        image = Fixtures.after(
                image,
                new TopicDecisions(Fixtures.DEFAULTS)
                        .create(
                                image,
                                Fixtures.createTopic(name, partitions, factor),
                                new SplittableRandom(name.hashCode())));
    }

    private void topic(String name, List<List<Integer>> replicas) {
        Topic topic = new Topic(new Uuid(5, name.hashCode()), name, false, TreePVector.empty());
        apply(ImageRecords.topicRecord(topic));
        for (int p = 0; p < replicas.size(); p++) {
            apply(ImageRecords.partitionRecord(topic.id(), p, of(replicas.get(p))));
        }
    }

    private void move(String topic, int partition, List<Integer> replicas) {
        AlterReassignmentsRequest request = AlterReassignmentsRequest.newBuilder()
                .addPartitions(Reassignment.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .addAllReplicas(replicas))
                .build();
        image = Fixtures.after(image, new Reassignments(Fixtures.DEFAULTS).alter(image, request, Fixtures.ALL_ONLINE));
    }

    private void stand(int id, Standing standing) {
        apply(MetadataRecord.newBuilder()
                .setBrokerStanding(
                        BrokerStandingRecord.newBuilder().setBrokerId(id).setStanding(standing.proto()))
                .build());
    }

    private void apply(MetadataRecord record) {
        image = image.apply(image.index() + 1, List.of(record)).image();
    }
}
