package dev.curia.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.ConsumerHeartbeat;
import dev.curia.broker.group.state.Heartbeat;
import dev.curia.broker.group.state.JoinGroup;
import dev.curia.broker.group.state.OffsetCommit;
import dev.curia.broker.group.state.OffsetFetch;
import dev.curia.broker.group.state.SyncGroup;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.GroupOverrides;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.Event;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The coordinator on its real threads, over a log in memory: loading, commits, failover. */
class GroupCoordinatorTest {
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final LedLog log = new LedLog();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final SystemClock clock = new SystemClock();
    private final AtomicReference<MetadataImage> metadata = new AtomicReference<>(MetadataImage.EMPTY);
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EventLoop loop = new EventLoop("group-loop", 1_000, clock, (what, cause) -> faults.add(cause));
    private final ExecutorService loader = Executors.newSingleThreadExecutor();
    private final GroupCoordinator groups = new GroupCoordinator(
            Map.of(
                    "offsets.topic.num.partitions", "1",
                    "offsets.commit.timeout.ms", "300",
                    "group.initial.rebalance.delay.ms", "0"),
            new GroupCoordinator.Parts(
                    log,
                    (name, partitions, replicas, configs) -> CompletableFuture.completedFuture(Errors.NONE),
                    metadata::get,
                    List.of(loop),
                    loader,
                    loader,
                    clock,
                    (what, cause) -> faults.add(cause),
                    new MemberIds(new SplittableRandom(1)),
                    new GroupMetrics(meters),
                    events::add,
                    new Subscribers(true)));

    @BeforeEach
    void start() {
        loop.start();
    }

    @AfterEach
    void stop() {
        groups.close();
        loop.close();
        loader.shutdownNow();
        assertThat(faults).isEmpty();
    }

    @Test
    void onlyTheLeaderOfAGroupsPartitionAnswers() throws Exception {
        assertThat(commit(1)).isEqualTo(Errors.NOT_COORDINATOR);
        groups.onLeadership(0, 1);
        awaitLoaded();
        assertThat(commit(1)).isEqualTo(Errors.NONE);
        groups.onResign(0);
        assertThat(commit(2)).isEqualTo(Errors.NOT_COORDINATOR);
    }

    @Test
    void anotherLeaderFindsWhatWasCommitted() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        for (int i = 1; i <= 50; i++) assertThat(commit(i)).isEqualTo(Errors.NONE);
        moveTo(2);
        awaitLoaded();
        assertThat(fetch()).isEqualTo(50);
        assertThat(meters.get("curia_group_load_seconds").timer().count()).isEqualTo(2);
        assertThat(groups.list(Set.of(), Set.of()).get(30, TimeUnit.SECONDS).groups())
                .hasSize(1);
    }

    @Test
    void aGroupHasItsOwnTimingWithinTheBrokersLimits() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        assertThat(heartbeatIntervalMs("own")).isEqualTo(5_000);
        override("own", GroupOverrides.CONSUMER_HEARTBEAT_INTERVAL_MS, "7000");
        assertThat(heartbeatIntervalMs("own")).isEqualTo(7_000);
        assertThat(heartbeatIntervalMs("others")).isEqualTo(5_000);
        override("own", GroupOverrides.CONSUMER_HEARTBEAT_INTERVAL_MS, "70");
        assertThat(heartbeatIntervalMs("own"))
                .as("group.consumer.min.heartbeat.interval.ms")
                .isEqualTo(5_000);
        override("own", GroupOverrides.CONSUMER_HEARTBEAT_INTERVAL_MS, "70000");
        assertThat(heartbeatIntervalMs("own"))
                .as("group.consumer.max.heartbeat.interval.ms")
                .isEqualTo(15_000);
    }

    private void override(String groupId, ConfigKey<?> key, String value) {
        MetadataImage now = metadata.get();
        metadata.set(now.apply(
                        now.index() + 1,
                        List.of(ImageRecords.configRecord(ConfigResource.group(groupId), key.name(), value)))
                .image());
    }

    private int heartbeatIntervalMs(String groupId) throws Exception {
        ConsumerHeartbeat.Reply reply = groups.consumerHeartbeat(new ConsumerHeartbeat.Request(
                        groupId,
                        "member",
                        ConsumerHeartbeat.JOIN_EPOCH,
                        null,
                        null,
                        1_000,
                        new JoinGroup.Client("c", "/h"),
                        List.of("t"),
                        null,
                        null,
                        TopicPartitions.EMPTY))
                .get(30, TimeUnit.SECONDS);
        assertThat(reply.error()).isEqualTo(Errors.NONE);
        return reply.heartbeatIntervalMs();
    }

    @Test
    void anUncommittedTailIsWaitedForBeforeAnythingIsShown() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        assertThat(commit(1)).isEqualTo(Errors.NONE);
        log.commitAtOnce(false);
        CompletableFuture<OffsetCommit.Reply> underWay = groups.commit(request(2));
        Await.until("appended", SOON, () -> log.logEndOffset() == 2);
        moveTo(2);
        assertThat(error(underWay)).as("who waited is told").isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(commit(3)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(fetchReply().error()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        log.commit();
        log.commitAtOnce(true);
        awaitLoaded();
        assertThat(fetch()).isEqualTo(2);
    }

    @Test
    void aTopicThatGoesWhileTheLogIsLoadedTakesItsOffsetsWithIt() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        log.commitAtOnce(false);
        CompletableFuture<OffsetCommit.Reply> underWay = groups.commit(request(2));
        Await.until("appended", SOON, () -> log.logEndOffset() == 1);
        moveTo(2);
        assertThat(error(underWay)).isEqualTo(Errors.NOT_COORDINATOR);
        groups.onTopicsChanged(Set.of("t"), Map.of(Uuid.ZERO, "t"));
        assertThat(fetchReply().error()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        log.commitAtOnce(true);
        log.commit();
        awaitLoaded();
        Await.until("forgotten", SOON, () -> fetch() == -1);
    }

    @Test
    void aTopicThatGoesWhileNoControllerIsHeardTakesItsOffsetsWithIt() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        assertThat(commit(2)).isEqualTo(Errors.NONE);
        log.surelyLeading(false);
        assertThat(fetchReply().error()).isEqualTo(Errors.NOT_COORDINATOR);
        groups.onTopicsChanged(Set.of("t"), Map.of(Uuid.ZERO, "t"));
        Await.until("appended", SOON, () -> log.logEndOffset() == 2);
        log.surelyLeading(true);
        Await.until("forgotten", SOON, () -> fetch() == -1);
    }

    @Test
    void resigningAnswersMembersInARebalance() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        JoinGroup.Reply joined = join().get(30, TimeUnit.SECONDS);
        assertThat(joined.error()).isEqualTo(Errors.NONE);
        log.commitAtOnce(false);
        CompletableFuture<SyncGroup.Reply> sync = groups.sync(
                new SyncGroup.Request("g", joined.generation(), joined.memberId(), null, null, null, Map.of()));
        CompletableFuture<JoinGroup.Reply> second = join();
        Await.until("assignment appended", SOON, () -> log.logEndOffset() == 1);
        groups.onResign(0);
        assertThat(second.get(30, TimeUnit.SECONDS).error()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(sync.get(30, TimeUnit.SECONDS).error()).isIn(Errors.NOT_COORDINATOR, Errors.REBALANCE_IN_PROGRESS);
        Await.until(
                "no group is counted here any more",
                SOON,
                () -> meters.get("curia_groups").gauges().stream().allMatch(gauge -> gauge.value() == 0));
    }

    @Test
    void aThousandClassicGroupsGoOnAtTheNextCoordinator() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        Map<String, JoinGroup.Reply> members = new LinkedHashMap<>();
        for (int i = 0; i < 1_000; i++) {
            JoinGroup.Reply joined = join("g" + i).get(30, TimeUnit.SECONDS);
            SyncGroup.Request sync =
                    new SyncGroup.Request("g" + i, joined.generation(), joined.memberId(), null, null, null, Map.of());
            assertThat(groups.sync(sync).get(30, TimeUnit.SECONDS).error()).isEqualTo(Errors.NONE);
            members.put("g" + i, joined);
        }
        moveTo(2);
        awaitLoaded();
        assertThat(groups.list(Set.of("Stable"), Set.of("classic"))
                        .get(30, TimeUnit.SECONDS)
                        .groups())
                .hasSize(1_000);
        for (Map.Entry<String, JoinGroup.Reply> member : members.entrySet()) {
            Heartbeat.Request beat = new Heartbeat.Request(
                    member.getKey(),
                    member.getValue().generation(),
                    member.getValue().memberId(),
                    null);
            assertThat(groups.heartbeat(beat).get(30, TimeUnit.SECONDS)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void aRefusedAppendChangesNothing() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        log.failNext(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(commit(7)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(fetch()).isEqualTo(-1);
        log.failNext(ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(commit(7)).isEqualTo(Errors.INVALID_COMMIT_OFFSET_SIZE);
        assertThat(commit(8)).isEqualTo(Errors.NONE);
        assertThat(fetch()).isEqualTo(8);
    }

    @Test
    void anUnknownOutcomeIsSettledByReadingTheLogAgain() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        log.failNext(ErrorCode.REQUEST_TIMED_OUT);
        assertThat(commit(7)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(fetchReply().error()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        log.commit();
        awaitLoaded();
        assertThat(fetch()).isEqualTo(7);
    }

    @Test
    void aSlowCommitIsGivenUpByItsCallerOnly() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        log.commitAtOnce(false);
        assertThat(commit(7)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(fetch()).isEqualTo(-1);
        log.commit();
        Await.until("replayed", SOON, () -> fetch() == 7);
    }

    @Test
    void aDeposedLeaderStopsAtItsFirstFencedAppend() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        assertThat(commit(1)).isEqualTo(Errors.NONE);
        log.lead(2);
        assertThat(commit(2)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(fetchReply().error()).isEqualTo(Errors.NOT_COORDINATOR);
    }

    @Test
    void aNameTooLongForTheRecordIsAnErrorAndNotTheEnd() throws Exception {
        groups.onLeadership(0, 1);
        awaitLoaded();
        OffsetCommit.Offset offset = new OffsetCommit.Offset(P0, Uuid.ZERO, 1, -1, "");
        OffsetCommit.Request tooLong =
                new OffsetCommit.Request("g".repeat(40_000), -1, "", null, OptionalLong.empty(), List.of(offset));
        assertThat(error(groups.commit(tooLong))).isEqualTo(Errors.INVALID_COMMIT_OFFSET_SIZE);
        assertThat(commit(1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aDamagedLogIsNotServedByHalf() {
        log.appendGarbage();
        groups.onLeadership(0, 1);
        Await.until("given up", SOON, () -> fetchReply().error() == Errors.NOT_COORDINATOR);
    }

    private void moveTo(int epoch) {
        log.lead(epoch);
        groups.onLeadership(0, epoch);
    }

    private void awaitLoaded() {
        Await.until("loaded", SOON, () -> fetchReply().error() == Errors.NONE);
    }

    private Errors commit(long offset) throws Exception {
        return error(groups.commit(request(offset)));
    }

    private static Errors error(CompletableFuture<OffsetCommit.Reply> reply) throws Exception {
        return reply.get(30, TimeUnit.SECONDS).errors().getOrDefault(P0, Errors.UNKNOWN_SERVER_ERROR);
    }

    private static OffsetCommit.Request request(long offset) {
        OffsetCommit.Offset value = new OffsetCommit.Offset(P0, Uuid.ZERO, offset, -1, "");
        return new OffsetCommit.Request("g", -1, "", null, OptionalLong.empty(), List.of(value));
    }

    private OffsetFetch.Reply fetchReply() throws Exception {
        return groups.fetch(new OffsetFetch.Request("g", Optional.of(List.of(P0))))
                .get(30, TimeUnit.SECONDS);
    }

    private long fetch() throws Exception {
        CommittedOffset offset = fetchReply().offsets().get(P0);
        return offset == null ? -1 : offset.offset();
    }

    private CompletableFuture<JoinGroup.Reply> join() {
        return join("g");
    }

    private CompletableFuture<JoinGroup.Reply> join(String groupId) {
        return groups.join(new JoinGroup.Request(
                groupId,
                "",
                null,
                new JoinGroup.Client("c", "/h"),
                60_000,
                10_000,
                "consumer",
                List.of(new JoinGroup.Protocol("range", Bytes.EMPTY)),
                false,
                true));
    }
}
