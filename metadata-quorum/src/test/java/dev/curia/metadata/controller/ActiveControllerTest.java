package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.metadata.port.FakeMetadataLog.Mode;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ActiveControllerTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final FakeMetadataLog log = new FakeMetadataLog();
    private final EventLoop loop = new EventLoop(
            "controller", ActiveController.LOOP_CAPACITY, new SystemClock(), (what, cause) -> fault.set(cause));
    private final ActiveController controller = new ActiveController(
            new ActiveController.Settings(
                    Fixtures.CLUSTER,
                    new TopicDefaults(1, 1, Map.of()),
                    SessionConfig.DEFAULT,
                    LeaderBalance.Config.DEFAULT,
                    Duration.ofSeconds(5)),
            log,
            loop,
            new SystemClock(),
            new SplittableRandom(1),
            (what, cause) -> fault.set(cause),
            BrokerProbe.NONE);

    @BeforeEach
    void start() {
        loop.start();
        log.start(new Ignore(), controller);
        log.commit(List.of(Fixtures.broker(1, "", false)));
    }

    @AfterEach
    void stop() {
        loop.close();
        assertThat(fault.get()).isNull();
    }

    private CompletableFuture<Answer<CreateTopicsResponse>> create(String name) {
        return controller.createTopics(Fixtures.createTopic(name, 1, 1));
    }

    private static <R> Answer<R> get(CompletableFuture<Answer<R>> future) {
        try {
            return future.get(SOON.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static ErrorCode code(CompletableFuture<Answer<CreateTopicsResponse>> future) {
        assertThat(get(future)).isInstanceOf(Answer.Done.class);
        return ((Answer.Done<CreateTopicsResponse>) get(future))
                .reply()
                .getTopics(0)
                .getStatus()
                .getCode();
    }

    private void lead() {
        log.lead();
        Await.until("the controller is active", SOON, () -> !(get(create("!")) instanceof Answer.NotActive));
    }

    private void createEventually(String name) {
        Await.until("a topic can be created", SOON, () -> {
            Answer<CreateTopicsResponse> answer = get(create(name));
            return answer instanceof Answer.Done;
        });
        assertThat(log.image().topic(name)).isPresent();
    }

    @Test
    void aFollowerDecidesNothing() {
        assertThat(get(create("a"))).isInstanceOf(Answer.NotActive.class);
        assertThat(log.proposed()).isEmpty();
    }

    @Test
    void theFirstControllerNamesTheCluster() {
        lead();
        assertThat(log.image().clusterId()).isEqualTo(Fixtures.CLUSTER);
        assertThat(log.image().features()).containsKey("metadata.version");
        int batches = log.proposed().size();
        lead();
        assertThat(log.proposed()).hasSize(batches); // the second finds it done
    }

    @Test
    void answersOnlyAfterCommit() {
        lead();
        log.mode(Mode.HOLD);
        CompletableFuture<Answer<CreateTopicsResponse>> first = create("a");
        CompletableFuture<Answer<CreateTopicsResponse>> again = create("a");
        Await.until("it is proposed", SOON, () -> log.heldCount() == 1);
        assertThat(first).isNotDone();
        assertThat(again).isNotDone(); // decided on what is not yet committed, so neither may it be known
        log.release();
        assertThat(code(first)).isEqualTo(ErrorCode.NONE);
        assertThat(code(again)).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
        assertThat(((Answer.Done<CreateTopicsResponse>) get(first)).reply().getIndex())
                .isEqualTo(log.image().index());
    }

    @Test
    void losingTheLeadershipAnswersEveryWaiter() {
        lead();
        log.mode(Mode.HOLD);
        CompletableFuture<Answer<CreateTopicsResponse>> waiting = create("a");
        Await.until("it is proposed", SOON, () -> log.heldCount() == 1);
        log.follow();
        assertThat(get(waiting)).isInstanceOf(Answer.Unknown.class);
        assertThat(get(create("b"))).isInstanceOf(Answer.NotActive.class);
        log.release();
        log.lead();
        createEventually("c");
    }

    @Test
    void aHoleInThePipelineLosesEverythingAfterItAndNothingElse() {
        lead();
        log.mode(Mode.HOLD);
        CompletableFuture<Answer<CreateTopicsResponse>> before = create("before");
        Await.until("it is proposed", SOON, () -> log.heldCount() == 1);
        log.mode(Mode.REFUSE);
        CompletableFuture<Answer<CreateTopicsResponse>> refused = create("refused");
        assertThat(get(refused)).isInstanceOf(Answer.NotActive.class);
        assertThat(get(before)).isInstanceOf(Answer.Unknown.class);
        log.release();
        assertThat(log.image().topic("before")).isPresent();
        assertThat(log.image().topic("refused")).isEmpty();
        createEventually("after");
    }

    @Test
    void goesOnInTheSameTermAfterAnUnknownProposalThatCommitted() {
        lead();
        log.mode(Mode.COMMIT_BUT_UNKNOWN);
        assertThat(get(create("a"))).isInstanceOf(Answer.Unknown.class);
        log.mode(Mode.COMMIT);
        createEventually("b");
        assertThat(code(create("a"))).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void goesOnInTheSameTermAfterAnUnknownProposalThatWasLost() {
        lead();
        log.mode(Mode.LOSE_BUT_UNKNOWN);
        assertThat(get(create("a"))).isInstanceOf(Answer.Unknown.class);
        log.mode(Mode.COMMIT);
        createEventually("a");
    }

    @Test
    void aDeposedControllerChangesNothing() {
        lead();
        log.deposeSilently();
        assertThat(get(create("a"))).isInstanceOf(Answer.NotActive.class);
        assertThat(log.image().topic("a")).isEmpty();
        log.follow();
        lead();
        createEventually("a");
    }

    @Test
    void sequencesAreDenseInATermAndBatchesBounded() {
        lead();
        int before = log.proposed().size();
        for (int i = 0; i < 50; i++) createEventually("t" + i);
        List<MetadataBatch> batches = log.proposed().subList(before, before + 50);
        for (int i = 1; i < batches.size(); i++) {
            assertThat(batches.get(i).getSequence())
                    .isEqualTo(batches.get(i - 1).getSequence() + 1);
        }
    }

    @Test
    void manyAtOnceAreAllAnsweredAndTheBatchesInFlightBounded() {
        lead();
        log.mode(Mode.HOLD);
        List<CompletableFuture<Answer<CreateTopicsResponse>>> all = new ArrayList<>();
        int total = ProposalPipeline.MAX_IN_FLIGHT + ProposalPipeline.MAX_BACKLOG + 100;
        for (int i = 0; i < total; i++) all.add(create("t" + i));
        Await.until("the surplus is turned away", SOON, () -> all.stream().anyMatch(CompletableFuture::isDone));
        assertThat(log.heldCount()).isLessThanOrEqualTo(ProposalPipeline.MAX_IN_FLIGHT);
        log.release();
        List<Answer<CreateTopicsResponse>> answers =
                all.stream().map(ActiveControllerTest::get).toList();
        assertThat(answers)
                .filteredOn(answer -> answer instanceof Answer.Done)
                .hasSize(ProposalPipeline.MAX_IN_FLIGHT + ProposalPipeline.MAX_BACKLOG);
        assertThat(answers)
                .filteredOn(answer -> answer instanceof Answer.Overloaded)
                .hasSize(100);
    }

    @Test
    void bigDecisionsAreCutIntoBatchesThatFit() {
        List<MetadataRecord> records = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) records.add(Fixtures.broker(i, "rack", true));
        List<List<MetadataRecord>> batches = Batches.split(records);
        assertThat(batches).hasSizeGreaterThan(2);
        assertThat(batches.stream().flatMap(List::stream).toList()).isEqualTo(records);
        for (List<MetadataRecord> batch : batches) {
            assertThat(MetadataBatch.newBuilder().addAllRecords(batch).build().getSerializedSize())
                    .isLessThanOrEqualTo(Batches.MAX_BYTES);
        }
    }

    private static final class Ignore implements MetadataLog.CommitListener {
        @Override
        public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {}

        @Override
        public void onSnapshotInstalled(MetadataImage image) {}
    }
}
