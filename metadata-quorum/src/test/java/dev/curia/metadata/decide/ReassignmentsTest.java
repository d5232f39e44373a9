package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ReassignmentsTest {
    private static final TopicDefaults DEFAULTS = new TopicDefaults(1, 1, Map.of());
    private static final int BROKERS = 6;

    private final Reassignments reassignments = new Reassignments(DEFAULTS);
    private MetadataImage image = withTopic(List.of(1, 2, 3));

    @Test
    void newReplicasJoinAndOldOnesGoWhenTheNewAreInSync() {
        assertThat(move(4, 5, 1)).isEqualTo(ErrorCode.NONE);
        assertThat(state().replicas()).containsExactly(4, 5, 1, 2, 3);
        assertThat(state().adding()).containsExactly(4, 5);
        assertThat(state().removing()).containsExactly(2, 3);
        assertThat(state().isr()).containsExactly(1, 2, 3);
        assertThat(state().isUnderReplicated()).isFalse();
        assertThat(image.moving()).containsExactly(id());

        inSync(1, 2, 3, 4);
        assertThat(complete()).isZero();
        inSync(1, 2, 3, 4, 5);
        assertThat(complete()).isEqualTo(1);

        assertThat(state().replicas()).containsExactly(4, 5, 1);
        assertThat(state().isr()).containsExactlyInAnyOrder(1, 4, 5);
        assertThat(state().leader()).as("whoever leads goes on").isEqualTo(1);
        assertThat(image.moving()).isEmpty();
    }

    @Test
    void aThrottleIsOfTheMoveAndEndsWithIt() {
        throttled(1_000, 4, 2, 1);
        assertThat(state().moveBytesPerSecond()).isEqualTo(1_000);
        throttled(2_000, 4, 2, 1);
        assertThat(state().moveBytesPerSecond()).as("given again").isEqualTo(2_000);
        inSync(1, 2, 3, 4);
        complete();
        assertThat(state().replicas()).containsExactly(4, 2, 1);
        assertThat(state().moveBytesPerSecond()).isZero();

        move(5, 2, 1);
        assertThat(state().moveBytesPerSecond()).as("none asked for").isZero();
        image = image.apply(
                        image.index() + 1,
                        List.of(ImageRecords.configRecord(
                                ConfigResource.brokers(), "curia.move.throttled.rate", "3000")))
                .image();
        move(6, 2, 1);
        assertThat(state().moveBytesPerSecond()).as("the cluster's default").isEqualTo(3_000);
        MetadataImage loaded =
                MetadataImage.EMPTY.apply(image.index(), image.toRecords()).image();
        assertThat(loaded).isEqualTo(image);
        move();
        assertThat(state().moveBytesPerSecond()).as("cancelled").isZero();
    }

    private void throttled(long bytesPerSecond, Integer... target) {
        AlterReassignmentsRequest request = AlterReassignmentsRequest.newBuilder()
                .setBytesPerSecond(bytesPerSecond)
                .addPartitions(Reassignment.newBuilder()
                        .setTopic(image.topic(id().topicId()).orElseThrow().name())
                        .addAllReplicas(List.of(target)))
                .build();
        image = Fixtures.after(image, reassignments.alter(image, request, Fixtures.ALL_ONLINE));
    }

    @Test
    void aLeaderThatGoesIsReplacedByTheFirstOfTheNew() {
        move(5, 4);
        inSync(1, 2, 3, 4, 5);
        int before = state().leaderEpoch();
        complete();
        assertThat(state())
                .isEqualTo(new PartitionState(
                        List.of(5, 4), List.of(4, 5), List.of(), 5, before + 1, state().partitionEpoch()));
    }

    @Test
    void aMoveWaitsWhileItsEndWouldFallBelowMinIsr() {
        apply(List.of(ImageRecords.configRecord(ConfigResource.topic("orders"), "min.insync.replicas", "2")));
        inSync(1, 3);
        assertThat(move(1, 2)).isEqualTo(ErrorCode.NONE);
        assertThat(state().removing()).containsExactly(3);
        assertThat(complete()).isZero();
        inSync(1, 2, 3);
        assertThat(complete()).isEqualTo(1);
        assertThat(state().replicas()).containsExactly(1, 2);
    }

    @Test
    void fewerReplicasOrAnotherOrderTakeEffectAtOnce() {
        assertThat(move(3, 2, 1)).isEqualTo(ErrorCode.NONE);
        assertThat(state().replicas()).containsExactly(3, 2, 1);
        assertThat(state().leader()).isEqualTo(1);
        assertThat(move(3, 2)).isEqualTo(ErrorCode.NONE);
        assertThat(state().replicas()).containsExactly(3, 2);
        assertThat(state().leader()).isEqualTo(3);
        assertThat(state().isMoving()).isFalse();
    }

    @Test
    void aMoveIsTakenBack() {
        move(4, 5, 1);
        inSync(1, 2, 3, 4);
        assertThat(move()).isEqualTo(ErrorCode.NONE);
        assertThat(state().replicas()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(state().isr()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(state().isMoving()).isFalse();
        assertThat(move()).isEqualTo(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    }

    @Test
    void anotherTargetDoesNotCountWhatTheFirstHadBegun() {
        move(1, 2, 4);
        assertThat(move(1, 2, 4)).isEqualTo(ErrorCode.NONE);
        assertThat(state().adding()).as("it is still not in sync").containsExactly(4);
        assertThat(complete()).isZero();
        move(1, 5, 6);
        assertThat(state().replicas()).containsExactly(1, 5, 6, 2, 3);
        assertThat(state().adding()).containsExactly(5, 6);
        assertThat(state().removing()).containsExactly(2, 3);
    }

    @Test
    void eachComplaintHasItsCode() {
        assertThat(move(1, 1)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(move(1, 9)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        AlterReassignmentsRequest keep = request("orders", 0, List.of(4, 5)).toBuilder()
                .setKeepReplicationFactor(true)
                .build();
        assertThat(code(keep)).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(code(request("orders", 1, List.of(1)))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(code(request("nope", 0, List.of(1)))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        inSync(1, 4);
        assertThat(image.moving()).isEmpty();
    }

    @Test
    void takingBackIsRefusedWhenOnlyTheNewAreInSync() {
        move(4, 5);
        apply(List.of(Records.record(Records.change(id(), Fixtures.CAUSE)
                .setIsr(Records.brokers(List.of(4)))
                .setLeader(4))));
        assertThat(move()).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(state().replicas()).contains(4);
    }

    /** Whatever happens in whatever order, every state is legal, and nothing that was acknowledged by the ISR goes with a move. */
    @Test
    void everyHistoryKeepsTheStateLegal() {
        Check.forAll(300, SplittableRandom::nextLong, seed -> {
            Random random = new Random(seed);
            image = withTopic(List.of(1, 2, 3));
            for (int step = 0; step < 40; step++) {
                PartitionState before = state();
                switch (random.nextInt(5)) {
                    case 0, 1 -> inSyncOrNot(random);
                    case 2 -> complete();
                    case 3 -> move();
                    default -> move(randomBrokers(random));
                }
                checkLegal(before, state());
            }
        });
    }

    private void checkLegal(PartitionState before, PartitionState now) {
        assertThat(now.replicas()).isNotEmpty().doesNotHaveDuplicates().containsAll(now.isr());
        assertThat(now.isr()).isNotEmpty().contains(now.leader());
        assertThat(now.replicas()).containsAll(now.adding()).containsAll(now.removing());
        assertThat(now.adding()).filteredOn(now.removing()::contains).isEmpty();
        assertThat(now.isr()).as("some replica is in both sets").containsAnyElementsOf(before.isr());
        assertThat(image.moving().contains(id())).isEqualTo(now.isMoving());
        assertThat(now.partitionEpoch() > before.partitionEpoch()).isEqualTo(!now.equals(before));
        assertThat(now.leaderEpoch() > before.leaderEpoch()).isEqualTo(now.leader() != before.leader());
    }

    private void inSyncOrNot(Random random) {
        List<Integer> isr = new ArrayList<>(state().replicas());
        isr.removeIf(broker -> broker != state().leader() && random.nextInt(3) == 0);
        if (!isr.equals(state().isr()))
            inSync(isr.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int[] randomBrokers(Random random) {
        List<Integer> all = new ArrayList<>(List.of(1, 2, 3, 4, 5, 6));
        Collections.shuffle(all, random);
        return all.subList(0, 1 + random.nextInt(4)).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private ErrorCode move(int... target) {
        List<Integer> replicas = new ArrayList<>();
        for (int broker : target) replicas.add(broker);
        return code(request("orders", 0, replicas));
    }

    private ErrorCode code(AlterReassignmentsRequest request) {
        var decision = reassignments.alter(image, request, Fixtures.ALL_ONLINE);
        apply(decision.records());
        var status = decision.reply().apply(image.index()).getPartitions(0).getStatus();
        if (status.getCode() != ErrorCode.NONE) {
            assertThat(decision.records()).isEmpty();
            assertThat(status.getMessage()).isNotEmpty();
        }
        return status.getCode();
    }

    private int complete() {
        var decision = reassignments.complete(image, Fixtures.ALL_ONLINE);
        apply(decision.records());
        return decision.reply().apply(image.index());
    }

    private void inSync(int... isr) {
        List<Integer> ids = new ArrayList<>();
        for (int broker : isr) ids.add(broker);
        apply(List.of(Records.record(Records.change(id(), Fixtures.CAUSE).setIsr(Records.brokers(ids)))));
    }

    private void apply(List<MetadataRecord> records) {
        image = image.apply(image.index() + 1, records).image();
        assertThat(MetadataImage.EMPTY.apply(image.index(), image.toRecords()).image())
                .as("written and read again")
                .isEqualTo(image);
    }

    private PartitionState state() {
        return Fixtures.partition(image, "orders", 0);
    }

    private PartitionId id() {
        return new PartitionId(image.topic("orders").orElseThrow().id(), 0);
    }

    private static AlterReassignmentsRequest request(String topic, int partition, List<Integer> replicas) {
        return AlterReassignmentsRequest.newBuilder()
                .addPartitions(Reassignment.newBuilder()
                        .setTopic(topic)
                        .setPartition(partition)
                        .addAllReplicas(replicas))
                .build();
    }

    private static MetadataImage withTopic(List<Integer> replicas) {
        MetadataImage cluster = Fixtures.cluster(BROKERS);
        var create = CreateTopicsRequest.newBuilder()
                .addTopics(NewTopic.newBuilder()
                        .setName("orders")
                        .setPartitions(-1)
                        .setReplicationFactor(-1)
                        .addAssignments(ReplicaAssignment.newBuilder().addAllReplicas(replicas)))
                .build();
        return Fixtures.after(cluster, new TopicDecisions(DEFAULTS).create(cluster, create, new SplittableRandom(1)));
    }
}
