package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopRequest.Action;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.StopObstacle.Kind;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lease of brokers that stop, with a controller whose time is moved by hand. */
final class StopLeasesTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final ManualClock clock = new ManualClock();
    private final FakeMetadataLog log = new FakeMetadataLog();
    private final EventLoop loop =
            new EventLoop("controller", ActiveController.LOOP_CAPACITY, clock, (what, cause) -> fault.set(cause));
    private final ActiveController controller = new ActiveController(
            new ActiveController.Settings(
                    Fixtures.CLUSTER,
                    new TopicDefaults(1, 1, Map.of()),
                    SessionConfig.DEFAULT,
                    LeaderBalance.Config.DEFAULT,
                    Duration.ofSeconds(5)),
            log,
            loop,
            clock,
            new SplittableRandom(1),
            (what, cause) -> fault.set(cause),
            BrokerProbe.NONE);

    @BeforeEach
    void start() {
        loop.start();
        log.start(new Ignore(), controller);
        log.commit(List.of(Fixtures.broker(1, "", true), Fixtures.broker(2, "", true)));
        log.lead();
    }

    @AfterEach
    void stop() {
        loop.close();
        assertThat(fault.get()).isNull();
    }

    @Test
    void ofTwoWhoAskAtOnceOneGetsTheLease() {
        log.mode(FakeMetadataLog.Mode.HOLD);
        CompletableFuture<Answer<MayStopResponse>> one = submit(1, Action.ACQUIRE);
        CompletableFuture<Answer<MayStopResponse>> two = submit(2, Action.ACQUIRE);
        Await.until("the first is proposed", SOON, () -> log.heldCount() > 0);
        assertThat(one).isNotDone();
        log.release();
        assertThat(done(one).getMayStop()).isTrue();
        assertThat(done(two).getMayStop()).isFalse();
        assertThat(done(two).getObstacles(0).getKind()).isEqualTo(Kind.LEASE);
        assertThat(done(two).getLease().getBrokerId()).isEqualTo(1);
    }

    @Test
    void theLeaseEndsWithItsTime() {
        assertThat(ask(1, Action.ACQUIRE).getMayStop()).isTrue();
        clock.advance(Duration.ofSeconds(29));
        assertThat(ask(2, Action.ASK).getMayStop()).isFalse();
        clock.advance(Duration.ofSeconds(2));
        Await.until("no lease", SOON, () -> log.image().stopLease().isEmpty());
        assertThat(ask(2, Action.ACQUIRE).getMayStop()).isTrue();
    }

    @Test
    void aNewControllerKeepsTheLeaseAndCountsItsTimeAnew() {
        assertThat(ask(1, Action.ACQUIRE).getMayStop()).isTrue();
        clock.advance(Duration.ofSeconds(25));
        log.follow();
        log.lead();
        assertThat(ask(2, Action.ACQUIRE).getMayStop()).isFalse();
        clock.advance(Duration.ofSeconds(25));
        MayStopResponse refused = ask(2, Action.ACQUIRE);
        assertThat(refused.getMayStop()).isFalse();
        assertThat(refused.getLease().getLeftMs()).isLessThanOrEqualTo(30_000).isPositive();
        clock.advance(Duration.ofSeconds(10));
        Await.until("no lease", SOON, () -> log.image().stopLease().isEmpty());
    }

    @Test
    void theLeaseEndsWhenItsBrokerIsBackAndTheNextMayGo() {
        assertThat(ask(1, Action.ACQUIRE).getMayStop()).isTrue();
        Link link = new Link();
        controller.register(Fixtures.register(1, 50), link);
        Await.until("registered", SOON, () -> !link.messages.isEmpty());
        assertThat(ask(2, Action.ACQUIRE).getMayStop()).as("still fenced").isFalse();
        controller.heartbeat(
                Heartbeat.newBuilder()
                        .setAppliedIndex(log.image().index())
                        .setReady(true)
                        .build(),
                link);
        Await.until("alive", SOON, () -> log.image().isAlive(1));
        clock.advance(Duration.ofMillis(500));
        Await.until("no lease", SOON, () -> log.image().stopLease().isEmpty());
        assertThat(ask(2, Action.ACQUIRE).getMayStop()).isTrue();
    }

    private MayStopResponse ask(int broker, Action action) {
        return done(submit(broker, action));
    }

    private CompletableFuture<Answer<MayStopResponse>> submit(int broker, Action action) {
        return controller.mayStop(MayStopRequest.newBuilder()
                .setBrokerId(broker)
                .setAction(action)
                .setLeaseMs(action == Action.ACQUIRE ? 30_000 : 0)
                .build());
    }

    private static MayStopResponse done(CompletableFuture<Answer<MayStopResponse>> future) {
        Await.until("an answer", SOON, future::isDone);
        return ((Answer.Done<MayStopResponse>) future.join()).reply();
    }

    private static final class Link implements BrokerLink {
        final List<ControllerMessage> messages = new CopyOnWriteArrayList<>();

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void send(ControllerMessage message) {
            messages.add(message);
        }

        @Override
        public void end(End why) {}
    }

    private static final class Ignore implements MetadataLog.CommitListener {
        @Override
        public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {}

        @Override
        public void onSnapshotInstalled(MetadataImage image) {}
    }
}
