package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.FullTopic;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.OfflinePartition;
import dev.curia.proto.metadata.v1.OfflineTopic;
import dev.curia.proto.metadata.v1.PartitionProposal;
import dev.curia.proto.metadata.v1.ReplicaReport;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions of brokers with a controller whose time is moved by hand. */
final class BrokerSessionsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final SessionConfig CONFIG =
            new SessionConfig(Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofMillis(500));

    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final ManualClock clock = new ManualClock();
    private final Set<String> nobodyListens = ConcurrentHashMap.newKeySet();
    private final FakeMetadataLog log = new FakeMetadataLog();
    private final EventLoop loop =
            new EventLoop("controller", ActiveController.LOOP_CAPACITY, clock, (what, cause) -> fault.set(cause));
    private final ActiveController controller = new ActiveController(
            new ActiveController.Settings(
                    Fixtures.CLUSTER,
                    new TopicDefaults(1, 1, Map.of()),
                    CONFIG,
                    LeaderBalance.Config.DEFAULT,
                    Duration.ofSeconds(5)),
            log,
            loop,
            clock,
            new SplittableRandom(1),
            (what, cause) -> fault.set(cause),
            (address, refused) -> {
                if (nobodyListens.contains(address.host())) refused.run();
            });

    private static final class Link implements BrokerLink {
        final List<ControllerMessage> messages = new CopyOnWriteArrayList<>();
        volatile Optional<End> end = Optional.empty();

        @Override
        public boolean isOpen() {
            return end.isEmpty();
        }

        @Override
        public void send(ControllerMessage message) {
            messages.add(message);
        }

        @Override
        public void end(End why) {
            end = Optional.of(why);
        }
    }

    @BeforeEach
    void start() {
        loop.start();
        log.start(new Ignore(), controller);
        log.lead();
    }

    @AfterEach
    void stop() {
        loop.close();
        assertThat(fault.get()).isNull();
    }

    private Link register(int id, int incarnation) {
        Link link = new Link();
        controller.register(Fixtures.register(id, incarnation), link);
        Await.until("an answer", SOON, () -> !link.messages.isEmpty() || !link.isOpen());
        return link;
    }

    private Link alive(int id, int incarnation) {
        Link link = register(id, incarnation);
        heartbeat(link);
        Await.until("unfenced", SOON, () -> log.image().isAlive(id));
        return link;
    }

    private void heartbeat(Link link) {
        int before = link.messages.size();
        controller.heartbeat(
                Heartbeat.newBuilder()
                        .setAppliedIndex(log.image().index())
                        .setReady(true)
                        .build(),
                link);
        Await.until("a reply", SOON, () -> link.messages.size() > before || !link.isOpen());
    }

    @Test
    void aBrokerIsUnfencedOnlyWhenReadyAndCaughtUp() {
        Link link = register(1, 1);
        long needed = link.messages.get(0).getRegistered().getIndex();
        controller.heartbeat(
                Heartbeat.newBuilder()
                        .setAppliedIndex(needed - 1)
                        .setReady(true)
                        .build(),
                link);
        controller.heartbeat(
                Heartbeat.newBuilder().setAppliedIndex(needed).setReady(false).build(), link);
        Await.until("two replies", SOON, () -> link.messages.size() == 3);
        assertThat(log.image().isAlive(1)).isFalse();
        assertThat(link.messages.get(2).getHeartbeatReply().getFenced()).isTrue();
        heartbeat(link);
        Await.until("unfenced", SOON, () -> log.image().isAlive(1));
    }

    @Test
    void silenceFencesAfterTheSessionTimeoutAndHeartbeatsKeepABrokerAlive() {
        Link silent = alive(1, 1);
        Link beating = alive(2, 2);
        clock.advance(Duration.ofMillis(2900));
        heartbeat(beating);
        assertThat(log.image().isAlive(1)).isTrue();
        clock.advance(Duration.ofMillis(200));
        Await.until("the silent one is fenced", SOON, () -> !log.image().isAlive(1));
        Await.until("and its session is over", SOON, () -> silent.end.equals(Optional.of(BrokerLink.End.RECONNECT)));
        assertThat(log.image().isAlive(2)).isTrue();
        assertThat(beating.isOpen()).isTrue();
    }

    @Test
    void aBrokenStreamThatIsBackInTimeChangesNothing() {
        Link first = alive(1, 1);
        long index = log.image().index();
        first.end(BrokerLink.End.RECONNECT);
        controller.streamBroke(first);
        clock.advance(Duration.ofMillis(400));
        Link second = register(1, 1);
        heartbeat(second);
        clock.advance(Duration.ofMillis(400));
        heartbeat(second);
        assertThat(second.messages.get(0).getRegistered().getBrokerEpoch())
                .isEqualTo(first.messages.get(0).getRegistered().getBrokerEpoch());
        assertThat(log.image().index()).isEqualTo(index);
    }

    @Test
    void aBrokenStreamToWhereNobodyListensIsFencedAtOnce() {
        Link gone = alive(1, 1);
        Link reset = alive(2, 2);
        reset.end(BrokerLink.End.RECONNECT);
        controller.streamBroke(reset);
        heartbeat(gone); // by when the other has been probed
        nobodyListens.add(Fixtures.register(1, 1).getRpc().getHost());
        gone.end(BrokerLink.End.RECONNECT);
        controller.streamBroke(gone);
        Await.until("who is gone is fenced", SOON, () -> !log.image().isAlive(1));
        assertThat(log.image().isAlive(2)).isTrue();
        clock.advance(Duration.ofMillis(600));
        Await.until("who does not come back is fenced", SOON, () -> !log.image().isAlive(2));
    }

    @Test
    void whoWentWithTheLastControllerHasAReconnectWindow() {
        alive(1, 1);
        alive(2, 2);
        log.follow();
        nobodyListens.add(Fixtures.register(1, 1).getRpc().getHost());
        log.lead();
        register(2, 2);
        clock.advance(Duration.ofMillis(600));
        Await.until("who is gone is fenced", SOON, () -> !log.image().isAlive(1));
        assertThat(log.image().isAlive(2)).isTrue();
    }

    @Test
    void aNewControllerGivesEveryBrokerAFullSessionTimeout() {
        Link link = alive(1, 1);
        log.follow();
        Await.until("the session ends", SOON, () -> link.end.equals(Optional.of(BrokerLink.End.NOT_ACTIVE)));
        clock.advance(Duration.ofSeconds(60));
        log.lead();
        Link other = alive(2, 2);
        clock.advance(Duration.ofMillis(2900));
        heartbeat(other);
        assertThat(log.image().isAlive(1)).isTrue();
        clock.advance(Duration.ofMillis(200));
        Await.until("who did not come is fenced", SOON, () -> !log.image().isAlive(1));
        assertThat(log.image().isAlive(2)).isTrue();
    }

    @Test
    void aRestartedBrokerReplacesItsOldIncarnationOnceThatIsDisconnected() {
        Link old = alive(1, 1);
        Link early = register(1, 2);
        assertThat(early.messages.get(0).getRejected().getCode()).isEqualTo(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
        old.end(BrokerLink.End.RECONNECT);
        controller.streamBroke(old);
        Link restarted = register(1, 2);
        assertThat(restarted.messages.get(0).getRegistered().getBrokerEpoch())
                .isGreaterThan(old.messages.get(0).getRegistered().getBrokerEpoch());
        assertThat(log.image().isAlive(1)).isFalse();
    }

    @Test
    void aLeavingBrokerMayStopWhenTheOthersKnow() {
        Link leaving = alive(1, 1);
        Link staying = alive(2, 2);
        Heartbeat wish = Heartbeat.newBuilder()
                .setAppliedIndex(log.image().index())
                .setReady(true)
                .setWantShutdown(true)
                .build();
        controller.heartbeat(wish, leaving);
        Await.until("it is withdrawn", SOON, () -> !log.image().isAlive(1));
        assertThat(leaving.messages)
                .noneMatch(message -> message.getHeartbeatReply().getMayShutdown());
        heartbeat(staying);
        controller.heartbeat(wish, leaving);
        Await.until(
                "it may stop",
                SOON,
                () -> leaving.messages.stream()
                        .anyMatch(message -> message.getHeartbeatReply().getMayShutdown()));
        assertThat(log.image().isAlive(1)).isFalse();
    }

    private PartitionState partition() {
        return Fixtures.partition(log.image(), "t", 0);
    }

    private void createTopic(int factor) {
        var created = controller.createTopics(Fixtures.createTopic("t", 1, factor));
        Await.until("the topic is there", SOON, created::isDone);
    }

    private void report(Link link, long version, int... partitions) {
        OfflineTopic.Builder topic = OfflineTopic.newBuilder()
                .setTopicId(
                        ImageRecords.bytes(log.image().topic("t").orElseThrow().id()));
        for (int p : partitions)
            topic.addPartitions(OfflinePartition.newBuilder().setPartition(p).setSinceVersion(version));
        controller.replicasReported(
                ReplicaReport.newBuilder().setVersion(version).addOffline(topic).build(), link);
        Await.until("the report is acted on", SOON, () -> settled(link) == version);
    }

    private static long settled(Link link) {
        return link.messages.get(link.messages.size() - 1).getHeartbeatReply().getReportVersion();
    }

    @Test
    void anOfflineReplicaLosesItsLeadershipAndIsNotElectedByTheNextControllerEither() {
        Link one = alive(1, 1);
        Link two = alive(2, 2);
        createTopic(2);
        int leader = partition().leader();
        Link ofLeader = leader == 1 ? one : two;
        Link ofOther = leader == 1 ? two : one;

        report(ofLeader, 5, 0);
        assertThat(partition().leader()).isEqualTo(3 - leader);
        report(ofOther, 3, 0);
        assertThat(partition().hasLeader()).isFalse();
        assertThat(partition().isr()).containsExactly(3 - leader);

        log.follow();
        Await.until("the sessions end", SOON, () -> !one.isOpen() && !two.isOpen());
        log.lead();
        Link again = register(3 - leader, 3 - leader);
        assertThat(partition().hasLeader()).isFalse();
        report(again, 3, 0);
        heartbeat(again);
        assertThat(partition().hasLeader()).isFalse();
        report(again, 4);
        assertThat(partition().leader()).isEqualTo(3 - leader);
    }

    @Test
    void aLeaderOnAFullDiskIsReplacedAsSoonAsAnotherCanGoOn() {
        Link one = alive(1, 1);
        Link two = alive(2, 2);
        createTopic(2);
        int leader = partition().leader();
        Link ofLeader = leader == 1 ? one : two;
        Link ofOther = leader == 1 ? two : one;
        FullTopic topic = FullTopic.newBuilder()
                .setTopicId(
                        ImageRecords.bytes(log.image().topic("t").orElseThrow().id()))
                .addPartitions(0)
                .build();
        report(ofOther, ReplicaReport.newBuilder().setVersion(1).addFull(topic).build());
        assertThat(partition().isr()).containsExactly(leader);
        report(ofLeader, ReplicaReport.newBuilder().setVersion(1).addFull(topic).build());
        assertThat(partition().leader()).isEqualTo(leader);

        report(ofOther, ReplicaReport.newBuilder().setVersion(2).build());
        assertThat(partition().leader()).isEqualTo(leader);
        PartitionState state = partition();
        var joined = controller.alterPartition(AlterPartitionRequest.newBuilder()
                .setBrokerId(leader)
                .setBrokerEpoch(log.image().broker(leader).orElseThrow().epoch())
                .addPartitions(PartitionProposal.newBuilder()
                        .setTopicId(topic.getTopicId())
                        .setLeaderEpoch(state.leaderEpoch())
                        .setPartitionEpoch(state.partitionEpoch())
                        .addIsr(member(leader))
                        .addIsr(member(3 - leader)))
                .build());
        Await.until("it is in sync", SOON, joined::isDone);
        Await.until("it leads", SOON, () -> {
            clock.advance(Duration.ofMillis(100));
            heartbeat(one);
            heartbeat(two);
            return partition().leader() == 3 - leader;
        });
    }

    private IsrMember member(int broker) {
        return IsrMember.newBuilder()
                .setBrokerId(broker)
                .setBrokerEpoch(log.image().broker(broker).orElseThrow().epoch())
                .build();
    }

    private void report(Link link, ReplicaReport report) {
        controller.replicasReported(report, link);
        Await.until("the report is acted on", SOON, () -> settled(link) == report.getVersion());
    }

    @Test
    void aReportSurvivesABrokenStreamButNotANewIncarnation() {
        Link first = alive(1, 1);
        createTopic(1);
        report(first, 1, 0);
        assertThat(partition().hasLeader()).isFalse();
        first.end(BrokerLink.End.RECONNECT);
        controller.streamBroke(first);
        Link second = register(1, 1);
        assertThat(partition().hasLeader()).isFalse();
        second.end(BrokerLink.End.RECONNECT);
        controller.streamBroke(second);

        alive(1, 2);
        Await.until("the repaired replica leads", SOON, () -> partition().leader() == 1);
    }

    @Test
    void aReportIsActedOnWhenTheLogTakesItAtLast() {
        Link link = alive(1, 1);
        createTopic(1);
        log.mode(FakeMetadataLog.Mode.REFUSE);
        int before = log.proposed().size();
        controller.replicasReported(
                ReplicaReport.newBuilder()
                        .setVersion(9)
                        .addOffline(OfflineTopic.newBuilder()
                                .setTopicId(ImageRecords.bytes(
                                        log.image().topic("t").orElseThrow().id()))
                                .addPartitions(OfflinePartition.newBuilder().setSinceVersion(9)))
                        .build(),
                link);
        Await.until("it is refused", SOON, () -> log.proposed().size() > before);
        log.mode(FakeMetadataLog.Mode.COMMIT);
        Await.until("the report is acted on", SOON, () -> {
            clock.advance(Duration.ofMillis(10)); // the controller starts over after a while
            controller.heartbeat(Heartbeat.getDefaultInstance(), link);
            return settled(link) == 9;
        });
        assertThat(partition().hasLeader()).isFalse();
    }

    private static final class Ignore implements MetadataLog.CommitListener {
        @Override
        public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {}

        @Override
        public void onSnapshotInstalled(MetadataImage image) {}
    }
}
