package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.controller.BrokerSessions.Decider;
import dev.curia.metadata.decide.BrokerStandings;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.TopicDecisions;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BrokerUpkeepTest {
    private static final long SECOND = 1_000_000_000L;

    /** Decides on the applied metadata, and all at once. */
    private final class Now implements Decider {
        @Override
        public <R> void decide(Function<MetadataImage, Decision<R>> decide, Consumer<Answer<R>> answer) {
            Decision<R> decision = decide.apply(log.image());
            if (!decision.records().isEmpty()) log.commit(decision.records());
            answer.accept(new Answer.Done<>(decision.reply().apply(log.image().index())));
        }
    }

    private final FakeMetadataLog log = new FakeMetadataLog();
    private final Set<Integer> connected = new HashSet<>();
    private final BrokerUpkeep upkeep = upkeep(Optional.of(Duration.ofSeconds(60)));

    @BeforeEach
    void cluster() {
        log.start(new Ignore(), new NoLeadership());
        for (int id = 1; id <= 4; id++) {
            log.commit(List.of(Fixtures.broker(id, "", false)));
            connected.add(id);
        }
        log.commit(new TopicDecisions(Fixtures.DEFAULTS)
                .create(log.image(), Fixtures.createTopic("orders", 8, 2), new SplittableRandom(1))
                .records());
        upkeep.start(0);
    }

    @Test
    void aBrokerThatIsAwayForLongIsReplacedAndTheTimeCountsFromANewControllersBeginning() {
        fence(4);
        upkeep.tick(10 * SECOND);
        upkeep.tick(69 * SECOND);
        assertThat(moving()).isZero();
        upkeep.start(69 * SECOND);
        upkeep.tick(75 * SECOND);
        upkeep.tick(134 * SECOND);
        assertThat(moving())
                .as("it is away for 59 s as far as this controller knows")
                .isZero();
        upkeep.tick(141 * SECOND);
        assertThat(moving()).isEqualTo(4);
    }

    @Test
    void whoComesBackInTimeIsNot() {
        fence(4);
        upkeep.tick(10 * SECOND);
        unfence(4);
        upkeep.tick(40 * SECOND);
        fence(4);
        upkeep.tick(50 * SECOND);
        upkeep.tick(100 * SECOND);
        assertThat(moving()).isZero();
    }

    @Test
    void nobodyIsReplacedInMaintenanceWhileMostAreAwayOrByDefault() {
        change(4, Action.MAINTENANCE_ON);
        fence(4);
        upkeep.tick(10 * SECOND);
        upkeep.tick(100 * SECOND);
        assertThat(moving()).as("in maintenance").isZero();
        change(4, Action.MAINTENANCE_OFF);
        fence(3);
        fence(2);
        upkeep.tick(110 * SECOND);
        upkeep.tick(300 * SECOND);
        assertThat(moving()).as("three of four are away").isZero();
        unfence(3);
        unfence(2);
        BrokerUpkeep byDefault = upkeep(Optional.empty());
        byDefault.start(0);
        byDefault.tick(10 * SECOND);
        byDefault.tick(100_000 * SECOND);
        assertThat(moving()).as("by default").isZero();
    }

    @Test
    void aDrainGoesOnUnderAnotherController() {
        change(1, Action.DRAIN);
        upkeep.tick(SECOND);
        assertThat(moving()).isEqualTo(2);
        BrokerUpkeep next = upkeep(Optional.empty(), 4);
        next.start(0);
        next.tick(SECOND);
        assertThat(moving()).isEqualTo(4);
    }

    @Test
    void aDecommissionedBrokerIsForgottenSomeTimeAfterItStopped() {
        log.commit(List.of(Fixtures.broker(5, "", true)));
        connected.add(5);
        change(5, Action.DECOMMISSION);
        upkeep.tick(10 * SECOND);
        upkeep.tick(30 * SECOND);
        assertThat(log.image().broker(5)).as("it is connected").isPresent();
        connected.remove(5);
        upkeep.tick(40 * SECOND);
        assertThat(log.image().broker(5)).isEmpty();
    }

    private BrokerUpkeep upkeep(Optional<Duration> replaceAfter) {
        return upkeep(replaceAfter, replaceAfter.isPresent() ? 2 : 10);
    }

    private BrokerUpkeep upkeep(Optional<Duration> replaceAfter, int movesPerBroker) {
        return new BrokerUpkeep(
                new BrokerUpkeep.Config(replaceAfter, movesPerBroker),
                Fixtures.DEFAULTS,
                log,
                new Now(),
                Fixtures.ALL_ONLINE,
                connected::contains);
    }

    private int moving() {
        return log.image().moving().size();
    }

    private void change(int id, Action action) {
        log.commit(BrokerStandings.change(
                        log.image(),
                        ChangeStandingRequest.newBuilder()
                                .setBrokerId(id)
                                .setAction(action)
                                .build())
                .records());
    }

    private void fence(int id) {
        log.commit(Fixtures.BROKERS
                .fence(log.image(), id, 100 + id, Fixtures.CAUSE, Fixtures.ALL_ONLINE)
                .records());
    }

    private void unfence(int id) {
        log.commit(Fixtures.BROKERS
                .unfence(log.image(), id, 100 + id, Fixtures.ALL_ONLINE)
                .records());
    }

    private static final class NoLeadership implements MetadataLog.LeadershipListener {
        @Override
        public void onLeader(long term, long lastSequence) {}

        @Override
        public void onFollower() {}
    }

    private static final class Ignore implements MetadataLog.CommitListener {
        @Override
        public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {}

        @Override
        public void onSnapshotInstalled(MetadataImage image) {}
    }
}
