package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.UncleanElections.LogEnd;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** KIP-966: who may lead when the in-sync set is smaller than an acknowledgement needs, and when nobody is known to have everything. */
class EligibleLeadersTest {
    private static final UncleanElections UNCLEAN = new UncleanElections(Fixtures.DEFAULTS);
    private static final UncleanElections.Occasion NONE = occasion(false, false);

    private final Map<Integer, LogEnd> ends = new HashMap<>();
    private MetadataImage image = Fixtures.cluster(4);

    @Test
    void whoLeavesAnIsrThatIsThenTooSmallStaysEligible() {
        start("2");
        fence(1);
        assertThat(state().isr()).containsExactly(2, 3);
        assertThat(state().eligibleLeaders())
                .as("two are enough to commit more")
                .isEmpty();
        fence(3);
        assertThat(state().isr()).containsExactly(2);
        assertThat(state().eligibleLeaders()).containsExactly(3);
        fence(2);
        assertThat(state().hasLeader()).isFalse();
        assertThat(state().isr()).containsExactly(2);

        unfence(1);
        assertThat(state().hasLeader())
                .as("1 lacks what 2 and 3 committed without it")
                .isFalse();
        unfence(3);
        assertThat(state().leader()).isEqualTo(3);
        assertThat(state().isr()).containsExactly(3);
        assertThat(state().eligibleLeaders()).containsExactly(2);

        unfence(2);
        assertThat(propose(3, 2)).isEqualTo(ErrorCode.NONE);
        assertThat(state().eligibleLeaders()).isEmpty();
    }

    @Test
    void whoStoppedUncleanlyIsNotEligible() {
        start("2");
        fence(1);
        fence(3);
        restart(3, false);
        assertThat(state().eligibleLeaders()).isEmpty();
        assertThat(state().lastKnownEligible()).as("2 leads").isEmpty();
        fence(2);
        unfence(3);
        assertThat(state().hasLeader()).isFalse();
        restart(2, true);
        unfence(2);
        assertThat(state().leader()).isEqualTo(2);
    }

    @Test
    void aLeaderThatStoppedUncleanlyMakesWayForWhoIsEligible() {
        start("3");
        fence(3);
        assertThat(state().eligibleLeaders()).containsExactly(3);
        fence(2);
        fence(1);
        restart(1, false);
        assertThat(state().isr())
                .as("nobody else was in sync, so these take its place")
                .containsExactly(3, 2);
        assertThat(state().lastKnownEligible()).containsExactly(1);
        unfence(1);
        assertThat(state().hasLeader()).isFalse();
        unfence(2);
        assertThat(state().leader()).isEqualTo(2);
        assertThat(state().isr()).as("3 is not there to follow").containsExactly(2);
        assertThat(state().eligibleLeaders()).containsExactly(3);
        assertThat(state().lastKnownEligible()).isEmpty();
    }

    @Test
    void whenAllStoppedUncleanlyTheLongestLogOfThemLeads() {
        start("2");
        for (int id = 1; id <= 3; id++) fence(id);
        for (int id = 1; id <= 3; id++) restart(id, false);
        assertThat(state().isr()).isEmpty();
        assertThat(state().lastKnownEligible()).containsExactly(2, 3);
        unfence(1);
        unfence(2);
        ends.put(1, new LogEnd(0, 7));
        ends.put(2, new LogEnd(0, 9));
        assertThat(elect(NONE)).as("3 may have more").isEmpty();
        assertThat(elect(occasion(false, true))).as("but it does not come").containsExactly(id());
        assertThat(state().leader()).isEqualTo(2);
        assertThat(state().isr()).containsExactly(2);
    }

    @Test
    void aNewerEpochIsLongerThanMoreOfAnOlder() {
        start("2");
        for (int id = 1; id <= 3; id++) fence(id);
        for (int id = 1; id <= 3; id++) restart(id, false);
        for (int id = 1; id <= 3; id++) unfence(id);
        ends.put(1, new LogEnd(4, 100));
        ends.put(2, new LogEnd(5, 20));
        assertThat(elect(NONE)).isEmpty();
        ends.put(3, new LogEnd(5, 19));
        assertThat(elect(NONE)).containsExactly(id());
        assertThat(state().leader()).isEqualTo(2);
    }

    @Test
    void aRequestOrTheTopicAllowsLoss() {
        start("2");
        fence(1);
        fence(2);
        fence(3);
        unfence(1);
        ends.put(1, new LogEnd(0, 3));
        assertThat(UNCLEAN.candidates(image, id -> false)).isEmpty();
        assertThat(elect(occasion(false, true)))
                .as("waiting alone allows nothing")
                .isEmpty();
        configure("unclean.leader.election.enable", "true");
        assertThat(UNCLEAN.candidates(image, id -> false)).containsExactly(id());
        assertThat(elect(NONE)).containsExactly(id());
        assertThat(state().leader()).isEqualTo(1);
        assertThat(state().isr()).containsExactly(1);
        assertThat(state().eligibleLeaders()).isEmpty();

        configure("unclean.leader.election.enable", "false");
        fence(1);
        unfence(2);
        assertThat(UNCLEAN.candidates(image, id -> true)).containsExactly(id());
        assertThat(elect(occasion(true, false))).as("2 has not said").isEmpty();
        ends.put(2, new LogEnd(0, 5));
        assertThat(elect(occasion(true, false))).containsExactly(id());
        assertThat(state().leader()).isEqualTo(2);
    }

    @Test
    void aSmallerMinimumSettlesAndALargerMakesNobodyEligible() {
        start("3");
        fence(3);
        assertThat(state().eligibleLeaders()).containsExactly(3);
        configure("min.insync.replicas", "2");
        assertThat(state().eligibleLeaders()).isEmpty();
        configure("min.insync.replicas", "3");
        assertThat(state().eligibleLeaders()).isEmpty();
    }

    @Test
    void theOnlyReplicaIsNotDoubted() {
        image = Fixtures.after(
                image,
                new TopicDecisions(Fixtures.DEFAULTS)
                        .create(image, Fixtures.createTopic("t", 1, 1), new SplittableRandom(1)));
        int only = state().leader();
        restart(only, false);
        assertThat(state().isr()).containsExactly(only);
        unfence(only);
        assertThat(state().leader()).isEqualTo(only);
    }

    /**
     * I5 and I2 with a model of the logs: followers copy what the leader has, a leader commits what its in-sync set has while that is large enough,
     * and an unclean stop loses any part of a log. Whoever is elected without an unclean election has all that was committed, as long as not
     * everybody who had it stopped uncleanly.
     */
    @Test
    void whoeverIsElectedHasAllThatIsCommitted() {
        Check.forAll(300, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            start(random.nextBoolean() ? "2" : "3");
            Model model = new Model();
            for (int step = 0; step < 150; step++) {
                PartitionState before = state();
                model.step(random);
                PartitionState now = state();
                if (now.hasLeader() && now.leaderEpoch() > before.leaderEpoch()) model.checkLeader();
            }
        });
    }

    private final class Model {
        final int[] logEnd = new int[5];
        int committed;

        void step(SplittableRandom random) {
            int broker = 1 + random.nextInt(3);
            switch (random.nextInt(8)) {
                case 0 -> fence(broker);
                case 1 -> unfence(broker);
                case 2 -> {
                    boolean clean = random.nextBoolean();
                    boolean others = state().isr().stream().anyMatch(id -> id != broker)
                            || state().eligibleLeaders().stream().anyMatch(id -> id != broker);
                    if (!clean && !others) return; // beyond what is promised
                    if (!clean) logEnd[broker] = random.nextInt(logEnd[broker] + 1);
                    restart(broker, clean);
                }
                case 3 -> {
                    if (state().hasLeader()) logEnd[state().leader()]++;
                }
                case 4, 5 -> replicate(broker);
                case 6 -> commit();
                default -> proposeAnyone(random);
            }
        }

        void replicate(int follower) {
            PartitionState state = state();
            if (state.hasLeader() && image.isAlive(follower)) logEnd[follower] = logEnd[state.leader()];
        }

        void commit() {
            PartitionState state = state();
            if (!state.hasLeader() || !state.eligibleLeaders().isEmpty()) return;
            if (state.isr().size() < minimum()) return;
            int all = state.isr().stream().mapToInt(id -> logEnd[id]).min().orElseThrow();
            committed = Math.max(committed, all);
        }

        void proposeAnyone(SplittableRandom random) {
            PartitionState state = state();
            if (!state.hasLeader()) return;
            List<Integer> isr = new ArrayList<>(List.of(state.leader()));
            for (int id = 1; id <= 3; id++) {
                boolean caughtUp = logEnd[id] >= committed && image.isAlive(id);
                if (id != state.leader() && caughtUp && random.nextBoolean()) isr.add(id);
            }
            propose(isr.stream().mapToInt(Integer::intValue).toArray());
        }

        void checkLeader() {
            assertThat(logEnd[state().leader()]).as("%s", state()).isGreaterThanOrEqualTo(committed);
        }

        int minimum() {
            return new EffectiveSettings(Fixtures.DEFAULTS)
                    .minInsync(image, image.topic("t").orElseThrow());
        }
    }

    private void start(String minInsync) {
        image = Fixtures.cluster(4);
        MetadataImage empty = image;
        long seed = 1;
        do {
            image = Fixtures.after(
                    empty,
                    new TopicDecisions(Fixtures.DEFAULTS)
                            .create(empty, Fixtures.createTopic("t", 1, 3), new SplittableRandom(seed++)));
        } while (!state().replicas().equals(List.of(1, 2, 3)));
        configure("min.insync.replicas", minInsync);
    }

    private static UncleanElections.Occasion occasion(boolean wanted, boolean overdue) {
        return new UncleanElections.Occasion() {
            @Override
            public boolean isWanted(PartitionId partition) {
                return wanted;
            }

            @Override
            public boolean isOverdue(PartitionId partition) {
                return overdue;
            }
        };
    }

    private List<PartitionId> elect(UncleanElections.Occasion occasion) {
        Decision<List<PartitionId>> decision = UNCLEAN.elect(
                image,
                List.of(id()),
                Fixtures.ALL_ONLINE,
                (broker, partition, state) -> Optional.ofNullable(ends.get(broker)),
                occasion);
        image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index());
    }

    private PartitionState state() {
        return Fixtures.partition(image, "t", 0);
    }

    private PartitionId id() {
        return new PartitionId(image.topic("t").orElseThrow().id(), 0);
    }

    private long epoch(int broker) {
        return image.broker(broker).orElseThrow().epoch();
    }

    private void fence(int broker) {
        image = Fixtures.after(
                image, Fixtures.BROKERS.fence(image, broker, epoch(broker), Fixtures.CAUSE, Fixtures.ALL_ONLINE));
    }

    private void unfence(int broker) {
        image = Fixtures.after(image, Fixtures.BROKERS.unfence(image, broker, epoch(broker), Fixtures.ALL_ONLINE));
    }

    private void restart(int broker, boolean clean) {
        var request = Fixtures.register(broker, 1_000 + (int) image.nextBrokerEpoch()).toBuilder()
                .setPreviousBrokerEpoch(clean ? epoch(broker) : -1)
                .build();
        image = Fixtures.after(image, Fixtures.BROKERS.register(image, request, false, Fixtures.ALL_ONLINE));
    }

    private ErrorCode propose(int... isr) {
        PartitionState state = state();
        PartitionProposal.Builder proposal = PartitionProposal.newBuilder()
                .setTopicId(ImageRecords.bytes(id().topicId()))
                .setLeaderEpoch(state.leaderEpoch())
                .setPartitionEpoch(state.partitionEpoch());
        for (int id : isr)
            proposal.addIsr(IsrMember.newBuilder().setBrokerId(id).setBrokerEpoch(epoch(id)));
        var decision = Fixtures.PARTITIONS.alter(
                image,
                AlterPartitionRequest.newBuilder()
                        .setBrokerId(state.leader())
                        .setBrokerEpoch(epoch(state.leader()))
                        .addPartitions(proposal)
                        .build(),
                Fixtures.ALL_ONLINE);
        image = Fixtures.after(image, decision);
        return decision.reply().apply(0).getPartitions(0).getStatus().getCode();
    }

    private void configure(String key, String value) {
        image = Fixtures.after(
                image,
                new ConfigDecisions(Fixtures.DEFAULTS)
                        .alter(
                                image,
                                AlterConfigsRequest.newBuilder()
                                        .addAlterations(ConfigAlteration.newBuilder()
                                                .setTopic("t")
                                                .addChanges(ConfigChange.newBuilder()
                                                        .setKey(key)
                                                        .setValue(value)))
                                        .build()));
    }
}
