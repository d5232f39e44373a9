package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import dev.curia.proto.admin.v1.TopicPartitions;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.LogEnd;
import dev.curia.proto.metadata.v1.LogEndWanted;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The controller asks for ends of logs where nobody alive is known to have everything. */
final class LongestLogsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final ManualClock clock = new ManualClock();
    private final FakeMetadataLog log = new FakeMetadataLog();
    private final EventLoop loop =
            new EventLoop("controller", ActiveController.LOOP_CAPACITY, clock, (what, cause) -> fault.set(cause));
    private final ActiveController controller = new ActiveController(
            new ActiveController.Settings(
                    Fixtures.CLUSTER, Fixtures.DEFAULTS, SessionConfig.DEFAULT, LeaderBalance.Config.DEFAULT, PATIENCE),
            log,
            loop,
            clock,
            new SplittableRandom(1),
            (what, cause) -> fault.set(cause),
            BrokerProbe.NONE);
    private final Map<Integer, Long> logEnds = new ConcurrentHashMap<>();
    private final Map<Integer, Link> links = new HashMap<>();
    private int incarnation = 100;

    /** A broker that says where its log ends, if it has one. */
    private final class Link implements BrokerLink {
        final int broker;
        volatile boolean open = true;

        Link(int broker) {
            this.broker = broker;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void send(ControllerMessage message) {
            if (!message.hasLogEndsRequest() || !open || !logEnds.containsKey(broker)) return;
            LogEnds.Builder ends = LogEnds.newBuilder();
            for (LogEndWanted wanted : message.getLogEndsRequest().getPartitionsList()) {
                ends.addEnds(LogEnd.newBuilder()
                        .setTopicId(wanted.getTopicId())
                        .setPartition(wanted.getPartition())
                        .setLeaderEpoch(wanted.getLeaderEpoch())
                        .setEndOffset(logEnds.get(broker)));
            }
            controller.logEndsReported(ends.build(), this);
        }

        @Override
        public void end(End why) {
            open = false;
        }
    }

    @BeforeEach
    void start() {
        loop.start();
        log.start(new Ignore(), controller);
        log.lead();
        for (int id = 1; id <= 3; id++) comeBack(id, false);
        var created = controller.createTopics(CreateTopicsRequest.newBuilder()
                .addTopics(NewTopic.newBuilder()
                        .setName("t")
                        .setPartitions(-1)
                        .setReplicationFactor(-1)
                        .addAssignments(ReplicaAssignment.newBuilder().addAllReplicas(List.of(1, 2, 3)))
                        .putConfigs("min.insync.replicas", "2"))
                .build());
        Await.until("the topic", SOON, created::isDone);
    }

    @AfterEach
    void stop() {
        loop.close();
        assertThat(fault.get()).isNull();
    }

    @Test
    void afterAPowerFailureTheLongestLogLeadsWhenAllAreBack() {
        for (int id = 1; id <= 3; id++) die(id);
        logEnds.putAll(Map.of(1, 10L, 2, 30L, 3, 20L));
        comeBack(2, false);
        comeBack(1, false);
        wait(Duration.ofSeconds(20));
        assertThat(partition().hasLeader())
                .as("3 was one of the last, and may have more")
                .isFalse();
        comeBack(3, false);
        awaitLeader(2);
        assertThat(partition().isr()).containsExactly(2);
        assertThat(partition().lastKnownEligible()).isEmpty();
    }

    @Test
    void whoDoesNotComeBackIsWaitedForOnlySoLong() {
        for (int id = 1; id <= 3; id++) die(id);
        comeBack(3, false);
        comeBack(2, false);
        logEnds.putAll(Map.of(2, 30L, 3, 20L));
        die(3);
        wait(PATIENCE.dividedBy(2));
        assertThat(partition().hasLeader()).isFalse();
        awaitLeader(2);
    }

    @Test
    void aRequestForAnUncleanElectionIsAnsweredWhenSomebodyLeads() throws Exception {
        for (int id = 1; id <= 3; id++) die(id);
        comeBack(1, true); // it left first, so it lacks what the others committed
        wait(Duration.ofSeconds(5));
        assertThat(partition().hasLeader()).isFalse();
        assertThat(elect()).as("it does not say").isEqualTo(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        logEnds.put(1, 5L);
        wait(Duration.ofSeconds(5));
        assertThat(partition().hasLeader()).as("the wish has ended").isFalse();
        assertThat(elect()).isEqualTo(ErrorCode.NONE);
        assertThat(partition().leader()).isEqualTo(1);
        assertThat(elect()).isEqualTo(ErrorCode.ELECTION_NOT_NEEDED);
    }

    private ErrorCode elect() throws Exception {
        CompletableFuture<Answer<ElectLeadersResponse>> answer =
                controller.electLeaders(ElectLeadersRequest.newBuilder()
                        .setUnclean(true)
                        .addPartitions(
                                TopicPartitions.newBuilder().setTopic("t").addPartitions(0))
                        .build());
        Await.until("an answer", SOON, () -> {
            beat();
            return answer.isDone();
        });
        return ((Answer.Done<ElectLeadersResponse>) answer.get())
                .reply()
                .getPartitions(0)
                .getStatus()
                .getCode();
    }

    private void awaitLeader(int broker) {
        Await.until(broker + " leads", SOON, () -> {
            beat();
            return partition().leader() == broker;
        });
    }

    private void wait(Duration time) {
        for (long past = 0; past < time.toMillis(); past += 250) beat();
    }

    /** A quarter of a second, in which all that are connected send a heartbeat. */
    private void beat() {
        clock.advance(Duration.ofMillis(250));
        links.values().forEach(this::heartbeat);
        CompletableFuture<Void> turn = new CompletableFuture<>();
        loop.submit(() -> turn.complete(null));
        turn.join();
    }

    private void heartbeat(Link link) {
        Heartbeat heartbeat = Heartbeat.newBuilder()
                .setAppliedIndex(log.image().index())
                .setReady(true)
                .build();
        controller.heartbeat(heartbeat, link);
    }

    private void die(int id) {
        Link link = links.remove(id);
        link.open = false;
        controller.streamBroke(link);
        Await.until(id + " is fenced", SOON, () -> {
            beat();
            return !log.image().isAlive(id);
        });
    }

    private void comeBack(int id, boolean clean) {
        long before = log.image().broker(id).map(broker -> broker.epoch()).orElse(-1L);
        Link link = new Link(id);
        controller.register(
                Fixtures.register(id, incarnation++).toBuilder()
                        .setPreviousBrokerEpoch(clean ? before : -1)
                        .build(),
                link);
        links.put(id, link);
        Await.until(id + " is alive", SOON, () -> {
            beat();
            return log.image().isAlive(id);
        });
    }

    private PartitionState partition() {
        return Fixtures.partition(log.image(), "t", 0);
    }

    private static final class Ignore implements MetadataLog.CommitListener {
        @Override
        public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {}

        @Override
        public void onSnapshotInstalled(MetadataImage image) {}
    }
}
