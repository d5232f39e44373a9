package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.Origin;
import dev.curia.replica.Replica.Verification;
import dev.curia.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batch that would begin a transaction, and a coordinator that answers when the test wants it to. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class UnverifiedBatchesTest {
    private static final long PRODUCER = 7;

    @TempDir
    Path dir;

    private TestCluster cluster;
    private Replica leader;
    private final List<CompletableFuture<ErrorCode>> questions = new CopyOnWriteArrayList<>();
    private final AtomicInteger released = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(dir, 2, 1, Duration.ofSeconds(30));
        cluster.elect(1);
        cluster.publish();
        leader = cluster.replica(1);
        Await.until("broker 1 leads", PATIENCE, () -> leader.view().leading());
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void theCoordinatorIsAskedOnceATransactionAndBatchesStayInOrder() throws Exception {
        List<CompletableFuture<AppendResult>> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) sent.add(send(0, i));
        awaitQuestions(1);
        assertThat(sent.get(0)).isNotDone();
        questions.get(0).complete(ErrorCode.NONE);
        for (int i = 0; i < 5; i++) {
            assertThat(get(sent.get(i)).error()).isEqualTo(ErrorCode.NONE);
            assertThat(get(sent.get(i)).baseOffset()).isEqualTo(i);
        }
        assertThat(get(send(0, 5)).error()).isEqualTo(ErrorCode.NONE);
        assertThat(questions).hasSize(1);
        marker();
        CompletableFuture<AppendResult> next = send(0, 6);
        awaitQuestions(2);
        questions.get(1).complete(ErrorCode.NONE);
        assertThat(get(next).error()).isEqualTo(ErrorCode.NONE);
        assertThat(released).hasValue(7);
    }

    @Test
    void whatTheCoordinatorDoesNotKnowIsNotAppended() throws Exception {
        CompletableFuture<AppendResult> first = send(0, 0);
        CompletableFuture<AppendResult> second = send(0, 1);
        awaitQuestions(1);
        questions.get(0).complete(ErrorCode.TRANSACTION_ABORTABLE);
        assertThat(get(first).error()).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
        assertThat(get(second).error()).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);
        CompletableFuture<AppendResult> again = send(0, 0);
        awaitQuestions(2);
        questions.get(1).completeExceptionally(new IllegalStateException("not reached"));
        assertThat(get(again).error()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(leader.view().logEndOffset()).isZero();
        assertThat(released).hasValue(3);
    }

    @Test
    void aMarkerThatComesFirstMakesTheCoordinatorsWordCountNoMore() throws Exception {
        CompletableFuture<AppendResult> late = send(0, 0);
        CompletableFuture<AppendResult> ofAnEpochBefore = send(1, 0);
        awaitQuestions(2);
        marker();
        questions.forEach(question -> question.complete(ErrorCode.NONE));
        assertThat(get(late).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(get(ofAnEpochBefore).error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        assertThat(leader.view().logEndOffset()).isEqualTo(1);
        assertThat(leader.view().lastStableOffset()).isEqualTo(1);
        assertThat(released).hasValue(2);
    }

    @Test
    void aMarkerOfAnotherProducerAndABatchOfACoordinatorDoNotMatter() throws Exception {
        CompletableFuture<AppendResult> first = send(0, 0);
        awaitQuestions(1);
        append(MemoryRecords.withEndTransactionMarker(
                0, 1, 0, PRODUCER + 1, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 1)));
        append(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[1])));
        questions.get(0).complete(ErrorCode.NONE);
        assertThat(get(first).error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoLeadsNoLongerAppendsNothing() throws Exception {
        CompletableFuture<AppendResult> late = send(0, 0);
        awaitQuestions(1);
        cluster.elect(2);
        cluster.publish();
        assertThat(get(late).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(released).hasValue(1);
        questions.get(0).complete(ErrorCode.NONE);
        cluster.elect(1);
        cluster.publish();
        Await.until("broker 1 leads again", PATIENCE, () -> leader.view().leading());
        assertThat(get(leader.producers()).producers()).isEmpty();
        assertThat(leader.view().logEndOffset()).isZero();
    }

    @Test
    void tooManyAreToComeAgain() throws Exception {
        List<CompletableFuture<AppendResult>> sent = new ArrayList<>();
        // As fast as the partition's thread takes them.
        for (int i = 0; i < UnverifiedBatches.MOST_WAITING; i++) {
            sent.add(send(0, i));
            if (i % 500 == 0) get(leader.producers());
        }
        assertThat(get(send(0, UnverifiedBatches.MOST_WAITING)).error()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        questions.get(0).complete(ErrorCode.NONE);
        for (CompletableFuture<AppendResult> each : sent)
            assertThat(get(each).error()).isEqualTo(ErrorCode.NONE);
        assertThat(questions).hasSize(1);
    }

    private CompletableFuture<AppendResult> send(int epoch, int sequence) {
        Verification verification = new Verification(PRODUCER, (short) epoch, () -> {
            CompletableFuture<ErrorCode> question = new CompletableFuture<>();
            questions.add(question);
            return question;
        });
        MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                PRODUCER,
                (short) epoch,
                sequence,
                new SimpleRecord("x".getBytes(StandardCharsets.UTF_8)));
        return leader.append(new AppendRequest(
                batch.buffer(),
                (short) -1,
                PATIENCE,
                Origin.CLIENT,
                OptionalInt.empty(),
                released::incrementAndGet,
                Optional.of(verification)));
    }

    private void marker() throws Exception {
        append(MemoryRecords.withEndTransactionMarker(
                0, 1, 0, PRODUCER, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 1)));
    }

    private void append(MemoryRecords batch) throws Exception {
        assertThat(get(leader.append(new AppendRequest(
                                batch.buffer(),
                                (short) -1,
                                PATIENCE,
                                Origin.COORDINATOR,
                                OptionalInt.empty(),
                                () -> {})))
                        .error())
                .isEqualTo(ErrorCode.NONE);
    }

    private void awaitQuestions(int count) {
        Await.until(count + " questions", PATIENCE, () -> questions.size() == count);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
