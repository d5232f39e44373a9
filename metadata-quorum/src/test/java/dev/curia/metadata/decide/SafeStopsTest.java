package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.SafeStops.Surroundings;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.StopLease;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopRequest.Action;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.StopObstacle;
import dev.curia.proto.admin.v1.StopObstacle.Kind;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whether a broker may stop, and who has the lease. */
final class SafeStopsTest {
    private static final Uuid TOPIC = new Uuid(5, 5);
    private static final TopicDefaults TWO_IN_SYNC = new TopicDefaults(1, 1, Map.of("min.insync.replicas", "2"));
    private static final Surroundings CALM = around(Fixtures.ALL_ONLINE);

    private final SafeStops stops = new SafeStops(TWO_IN_SYNC);

    @Test
    void aBrokerMayStopWhileEnoughOthersAreInSync() {
        MetadataImage image = topic(3, state(List.of(1, 2, 3), List.of(1, 2, 3), 1));
        assertThat(ask(image, 1, CALM).getMayStop()).isTrue();

        MayStopResponse no = ask(topic(3, state(List.of(1, 2, 3), List.of(1, 2), 1)), 1, CALM);
        assertThat(no.getMayStop()).isFalse();
        assertThat(kinds(no)).containsExactly(Kind.MIN_ISR);
        assertThat(no.getObstacles(0).getTopic()).isEqualTo("t");
        assertThat(no.getObstacles(0).getMessage())
                .isEqualTo("t-0 would have [2] in sync, and min.insync.replicas is 2.");
    }

    @Test
    void theOnlyReplicaAndTheOnlyOneInSyncMayNotStop() {
        assertThat(kinds(ask(topic(3, state(List.of(1), List.of(1), 1)), 1, CALM)))
                .containsExactly(Kind.NO_LEADER);
        assertThat(kinds(ask(topic(3, state(List.of(1, 2), List.of(1), 1)), 1, CALM)))
                .containsExactly(Kind.NO_LEADER);
        assertThat(ask(topic(3, state(List.of(1), List.of(1), 1)), 2, CALM).getMayStop())
                .as("it holds nothing")
                .isTrue();
    }

    @Test
    void replicasThatAreOfflineOrFullDoNotCount() {
        MetadataImage image = topic(3, state(List.of(1, 2, 3), List.of(1, 2, 3), 1));
        assertThat(kinds(ask(image, 1, around((broker, partition) -> broker != 2))))
                .containsExactly(Kind.MIN_ISR);
        ReplicaHealth full = new ReplicaHealth() {
            @Override
            public boolean isOnline(int broker, PartitionId partition) {
                return true;
            }

            @Override
            public boolean isFull(int broker, PartitionId partition) {
                return broker == 3;
            }
        };
        assertThat(kinds(ask(image, 1, around(full)))).containsExactly(Kind.MIN_ISR);
    }

    @Test
    void oneLeaseAtATimeAndItsHolderMayAskAgain() {
        MetadataImage image = topic(4, state(List.of(1, 2, 3), List.of(1, 2, 3), 1));
        Decision<MayStopResponse> first = decide(image, 1, Action.ACQUIRE, CALM, 11);
        assertThat(first.reply().apply(9).getMayStop()).isTrue();
        image = Fixtures.after(image, first);
        assertThat(image.stopLease()).contains(new StopLease(11, 1, 101, 600_000));

        Decision<MayStopResponse> second = decide(image, 4, Action.ACQUIRE, CALM, 12);
        assertThat(kinds(second.reply().apply(9))).as("though it holds nothing").containsExactly(Kind.LEASE);
        assertThat(second.records()).isEmpty();

        image = Fixtures.after(image, decide(image, 1, Action.ACQUIRE, CALM, 13));
        assertThat(image.stopLease().orElseThrow().id()).isEqualTo(13);
        assertThat(decide(image, 4, Action.RELEASE, CALM, 14)
                        .reply()
                        .apply(9)
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        image = Fixtures.after(image, decide(image, 1, Action.RELEASE, CALM, 14));
        assertThat(image.stopLease()).isEmpty();
    }

    @Test
    void theLeaseEndsWhenTheBrokerIsBackInSyncEverywhere() {
        MetadataImage image = topic(3, state(List.of(1, 2, 3), List.of(1, 2, 3), 2));
        image = Fixtures.after(image, decide(image, 1, Action.ACQUIRE, CALM, 11));
        assertThat(SafeStops.complete(image, 11).records())
                .as("it has not stopped")
                .isEmpty();

        image = Fixtures.after(image, Fixtures.BROKERS.fence(image, 1, 101, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        image = Fixtures.after(
                image, Fixtures.BROKERS.register(image, Fixtures.register(1, 99), false, Fixtures.ALL_ONLINE));
        assertThat(SafeStops.complete(image, 11).records()).as("fenced").isEmpty();
        long epoch = image.broker(1).orElseThrow().epoch();
        image = Fixtures.after(image, Fixtures.BROKERS.unfence(image, 1, epoch, Fixtures.ALL_ONLINE));
        assertThat(SafeStops.complete(image, 11).records()).as("not in sync").isEmpty();

        List<MetadataRecord> back =
                List.of(ImageRecords.partitionRecord(TOPIC, 0, state(List.of(1, 2, 3), List.of(1, 2, 3), 2)));
        image = image.apply(image.index() + 1, back).image();
        assertThat(SafeStops.complete(image, 10).records()).as("another lease").isEmpty();
        image = Fixtures.after(image, SafeStops.complete(image, 11));
        assertThat(image.stopLease()).isEmpty();
    }

    @Test
    void aBrokerThatIsAVoterWaitsForTheQuorum() {
        MetadataImage image = topic(3, state(List.of(2), List.of(2), 2));
        Set<Integer> none = Set.of();
        Surroundings whole = new Surroundings(Fixtures.ALL_ONLINE, none, Set.of(1, 2, 3), Set.of(1, 2, 3));
        Surroundings oneAway = new Surroundings(Fixtures.ALL_ONLINE, none, Set.of(1, 2, 3), Set.of(1, 2));
        assertThat(ask(image, 1, whole).getMayStop()).isTrue();
        assertThat(kinds(ask(image, 1, oneAway))).containsExactly(Kind.QUORUM);
        assertThat(ask(image, 3, oneAway).getMayStop())
                .as("the one that is away already")
                .isTrue();
    }

    @Test
    void nobodyStopsWhileAnotherIsStopping() {
        MetadataImage image = topic(3, state(List.of(2), List.of(2), 2));
        Surroundings leaving = new Surroundings(Fixtures.ALL_ONLINE, Set.of(1, 3), Set.of(), Set.of());
        assertThat(kinds(ask(image, 1, leaving))).containsExactly(Kind.STOPPING);
    }

    @Test
    void onlyTheFirstHundredObstaclesAreNamed() {
        PartitionState[] states = new PartitionState[150];
        java.util.Arrays.fill(states, state(List.of(1), List.of(1), 1));
        MayStopResponse no = ask(topic(3, states), 1, CALM);
        assertThat(no.getObstaclesCount()).isEqualTo(100);
        assertThat(no.getObstacleCount()).isEqualTo(150);
    }

    private record Scene(MetadataImage image, int minInsync, Set<Integer> online, int broker) {}

    @Test
    void whoeverMayStopLeavesEveryPartitionWithALeaderAndEnoughInSync() {
        int[] yes = new int[1];
        Check.forAll(3_000, SafeStopsTest::scene, scene -> {
            ReplicaHealth health = (broker, partition) -> scene.online().contains(broker);
            TopicDefaults defaults =
                    new TopicDefaults(1, 1, Map.of("min.insync.replicas", Integer.toString(scene.minInsync())));
            int id = scene.broker();
            MayStopResponse answer = ask(new SafeStops(defaults), scene.image(), id, around(health));
            if (!answer.getMayStop()) return;
            yes[0]++;
            MetadataImage after = Fixtures.after(
                    scene.image(),
                    new BrokerDecisions(defaults).fence(scene.image(), id, 100 + id, Fixtures.CAUSE, health));
            for (Topic topic : scene.image().topics()) {
                for (int p = 0; p < topic.partitions().size(); p++) {
                    PartitionState before = topic.partitions().get(p);
                    if (!before.replicas().contains(id)) continue;
                    PartitionState left = Fixtures.partition(after, topic.name(), p);
                    assertThat(left.hasLeader()).as("%s", left).isTrue();
                    assertThat(left.leader()).isNotEqualTo(id);
                    long usable = left.isr().stream()
                            .filter(member ->
                                    after.isAlive(member) && scene.online().contains(member))
                            .count();
                    assertThat(usable)
                            .as("%s", left)
                            .isGreaterThanOrEqualTo(
                                    Math.min(scene.minInsync(), left.replicas().size()));
                }
            }
        });
        assertThat(yes[0]).as("scenes in which the answer was yes").isGreaterThan(300);
    }

    private static Scene scene(SplittableRandom random) {
        int brokers = 2 + random.nextInt(4);
        Set<Integer> online = new HashSet<>();
        List<MetadataRecord> records = new ArrayList<>();
        for (int id = 1; id <= brokers; id++) {
            boolean fenced = random.nextInt(8) == 0;
            records.add(Fixtures.broker(id, "", fenced));
            if (random.nextInt(8) != 0) online.add(id);
        }
        MetadataImage image = MetadataImage.EMPTY.apply(0, records).image();
        PartitionState[] states = new PartitionState[1 + random.nextInt(4)];
        for (int p = 0; p < states.length; p++) states[p] = randomState(random, brokers, image);
        return new Scene(withTopic(image, states), 1 + random.nextInt(3), online, 1 + random.nextInt(brokers));
    }

    private static PartitionState randomState(SplittableRandom random, int brokers, MetadataImage image) {
        List<Integer> replicas = IntStream.rangeClosed(1, brokers)
                .filter(id -> random.nextInt(4) != 0)
                .boxed()
                .collect(Collectors.toList());
        if (replicas.isEmpty()) replicas.add(1);
        List<Integer> isr = replicas.stream()
                .filter(id -> image.isAlive(id) && random.nextInt(5) != 0)
                .toList();
        if (isr.isEmpty()) return state(replicas, List.of(replicas.get(0)), PartitionState.NO_LEADER);
        return state(replicas, isr, isr.get(random.nextInt(isr.size())));
    }

    private MayStopResponse ask(MetadataImage image, int broker, Surroundings around) {
        return ask(stops, image, broker, around);
    }

    private static MayStopResponse ask(SafeStops stops, MetadataImage image, int broker, Surroundings around) {
        Decision<MayStopResponse> decision =
                stops.decide(image, request(broker, Action.ASK), around, 1, SafeStopsTest::describe);
        assertThat(decision.records()).isEmpty();
        return decision.reply().apply(1);
    }

    private Decision<MayStopResponse> decide(
            MetadataImage image, int broker, Action action, Surroundings around, long leaseId) {
        return stops.decide(image, request(broker, action), around, leaseId, SafeStopsTest::describe);
    }

    private static MayStopRequest request(int broker, Action action) {
        return MayStopRequest.newBuilder().setBrokerId(broker).setAction(action).build();
    }

    private static dev.curia.proto.admin.v1.StopLease describe(StopLease lease) {
        return dev.curia.proto.admin.v1.StopLease.newBuilder()
                .setBrokerId(lease.brokerId())
                .setLeftMs(-1)
                .build();
    }

    private static Surroundings around(ReplicaHealth health) {
        return new Surroundings(health, Set.of(), Set.of(), Set.of());
    }

    private static List<Kind> kinds(MayStopResponse response) {
        return response.getObstaclesList().stream().map(StopObstacle::getKind).toList();
    }

    private static PartitionState state(List<Integer> replicas, List<Integer> isr, int leader) {
        return new PartitionState(replicas, isr, List.of(), leader, 3, 3);
    }

    private static MetadataImage topic(int brokers, PartitionState... states) {
        return withTopic(Fixtures.cluster(brokers), states);
    }

    private static MetadataImage withTopic(MetadataImage image, PartitionState... states) {
        List<MetadataRecord> records = new ArrayList<>();
        records.add(ImageRecords.topicRecord(
                new Topic(TOPIC, "t", false, org.pcollections.TreePVector.<PartitionState>empty())));
        for (int p = 0; p < states.length; p++) records.add(ImageRecords.partitionRecord(TOPIC, p, states[p]));
        return image.apply(image.index() + 1, records).image();
    }
}
