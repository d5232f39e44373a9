package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.DeleteResult;
import dev.curia.replica.Replica.Isolation;
import dev.curia.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deletion of records over real streams and real logs, whose checkpoints are written on request only. */
@Timeout(60)
class DeleteRecordsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT_LAG = Duration.ofMillis(300);

    @TempDir
    Path dir;

    private TestCluster cluster(int size, Duration lagMax) throws Exception {
        TestCluster cluster = new TestCluster(dir, size, 1, lagMax, Duration.ofMinutes(10));
        cluster.elect(1);
        cluster.publish();
        return cluster;
    }

    private static void append(TestCluster cluster, int leader, int acks, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            assertThat(cluster.append(leader, acks, "v" + i).error()).isEqualTo(ErrorCode.NONE);
        }
    }

    private static DeleteResult delete(TestCluster cluster, int broker, long offset) throws Exception {
        return cluster.replica(broker).deleteRecords(offset, LONG).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private String checkpoint(int broker) throws Exception {
        Path file = dir.resolve("broker-" + broker).resolve("log-start-offset-checkpoint");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static long start(TestCluster cluster, int broker) {
        return cluster.replica(broker).view().logStartOffset();
    }

    @Test
    void everyInSyncReplicaStartsThereOnItsDiskWhenTheAnswerComes() throws Exception {
        try (TestCluster cluster = cluster(3, LONG)) {
            append(cluster, 1, -1, 10);

            assertThat(delete(cluster, 1, 6)).isEqualTo(new DeleteResult(ErrorCode.NONE, "", 6));

            for (int id = 1; id <= 3; id++) {
                assertThat(checkpoint(id)).isEqualTo("0\n1\norders 0 6\n");
                assertThat(start(cluster, id)).isEqualTo(6);
                assertThat(cluster.log(id)).containsExactly("v6", "v7", "v8", "v9");
            }
            assertThat(cluster.read(1, 5).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(cluster.replica(1)
                            .offsetForTime(-2, Isolation.READ_UNCOMMITTED, OptionalInt.empty())
                            .offset())
                    .isEqualTo(6);
            assertThat(delete(cluster, 1, 3)).as("gone already").isEqualTo(new DeleteResult(ErrorCode.NONE, "", 6));
            assertThat(delete(cluster, 1, -1))
                    .as("all that is committed")
                    .isEqualTo(new DeleteResult(ErrorCode.NONE, "", 10));
        }
    }

    @Test
    void aLeaderWithoutFollowersAnswersOnlyWhenItIsOnItsDisk() throws Exception {
        try (TestCluster cluster = cluster(1, LONG)) {
            append(cluster, 1, -1, 20);
            for (int offset = 1; offset <= 20; offset++) {
                assertThat(delete(cluster, 1, offset).lowWatermark()).isEqualTo(offset);
                assertThat(checkpoint(1)).isEqualTo("0\n1\norders 0 " + offset + "\n");
            }
        }
    }

    @Test
    void whatWasDeletedStaysSoAfterARestartAndUnderANewLeader() throws Exception {
        try (TestCluster cluster = cluster(3, LONG)) {
            append(cluster, 1, -1, 10);
            delete(cluster, 1, 6);
            for (int id = 1; id <= 3; id++) cluster.stop(id);
            for (int id = 1; id <= 3; id++) cluster.start(id);
            cluster.elect(2);
            cluster.publish();

            for (int id = 1; id <= 3; id++) assertThat(start(cluster, id)).isEqualTo(6);
            append(cluster, 2, -1, 1);
            assertThat(delete(cluster, 2, 8)).isEqualTo(new DeleteResult(ErrorCode.NONE, "", 8));
            assertThat(start(cluster, 1)).isEqualTo(8);
            cluster.elect(3);
            cluster.publish();
            assertThat(delete(cluster, 3, 0))
                    .as("the new leader hears where the others start")
                    .isEqualTo(new DeleteResult(ErrorCode.NONE, "", 8));
        }
    }

    @Test
    void aFollowerThatEndsBeforeTheNewStartStartsOverThereAndComesBack() throws Exception {
        try (TestCluster cluster = cluster(2, SHORT_LAG)) {
            append(cluster, 1, -1, 5);
            cluster.stop(2);
            append(cluster, 1, 1, 15);
            cluster.awaitIsr(List.of(1));
            Await.until(
                    "all committed", PATIENCE, () -> cluster.replica(1).view().highWatermark() == 20);
            assertThat(delete(cluster, 1, 12))
                    .as("who is out of sync is not waited for")
                    .returns(12L, DeleteResult::lowWatermark);

            cluster.start(2);
            cluster.publish();
            cluster.awaitIsr(List.of(1, 2));
            cluster.awaitEqualLogs(1, 2);
            assertThat(start(cluster, 2)).isEqualTo(12);
            assertThat(cluster.log(2)).hasSize(8);
            append(cluster, 1, -1, 1);
            assertThat(delete(cluster, 1, -1).lowWatermark()).isEqualTo(21);
            assertThat(checkpoint(2)).isEqualTo("0\n1\norders 0 21\n");
        }
    }

    /** The leader's first batch begins before its log does: records before the start are in it, and are not shown. */
    @Test
    void aNewReplicaCopiesALogThatStartsWithinABatch() throws Exception {
        try (TestCluster cluster = cluster(2, SHORT_LAG)) {
            cluster.stop(2);
            cluster.append(1, 1, "a", "b", "c", "d", "e");
            cluster.append(1, 1, "f");
            cluster.awaitIsr(List.of(1));
            Await.until(
                    "all committed", PATIENCE, () -> cluster.replica(1).view().highWatermark() == 6);
            assertThat(delete(cluster, 1, 3).lowWatermark()).isEqualTo(3);

            cluster.start(2);
            cluster.publish();
            cluster.awaitIsr(List.of(1, 2));
            cluster.awaitEqualLogs(1, 2);
            assertThat(start(cluster, 2)).isEqualTo(3);
            assertThat(cluster.log(2)).containsExactly("d", "e", "f");
            cluster.stop(2);
            cluster.start(2);
            cluster.publish();
            cluster.awaitIsr(List.of(1, 2));
            assertThat(start(cluster, 2)).isEqualTo(3);
            assertThat(cluster.log(2)).containsExactly("d", "e", "f");
        }
    }

    @Test
    void aFollowerThatOverlapsTheNewStartKeepsWhatItHas() throws Exception {
        try (TestCluster cluster = cluster(2, SHORT_LAG)) {
            append(cluster, 1, -1, 10);
            cluster.stop(2);
            append(cluster, 1, 1, 10);
            cluster.awaitIsr(List.of(1));
            assertThat(delete(cluster, 1, 4).error()).isEqualTo(ErrorCode.NONE);

            cluster.start(2);
            cluster.publish();
            cluster.awaitIsr(List.of(1, 2));
            cluster.awaitEqualLogs(1, 2);
            assertThat(start(cluster, 2)).isEqualTo(4);
            assertThat(cluster.log(2)).hasSize(16);
            assertThat(cluster.broker(2)
                            .meters
                            .counter("curia_replica_truncations")
                            .count())
                    .isZero();
        }
    }

    @Test
    void anInSyncReplicaThatIsAwayHoldsTheAnswerUpUntilItIsBack() throws Exception {
        try (TestCluster cluster = cluster(2, LONG)) {
            append(cluster, 1, -1, 10);
            cluster.stop(2);

            DeleteResult late = cluster.replica(1)
                    .deleteRecords(5, Duration.ofMillis(200))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(late.error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
            assertThat(late.message()).contains("before offset 5");
            assertThat(late.lowWatermark()).isEqualTo(-1);
            assertThat(start(cluster, 1)).as("the leader has done its part").isEqualTo(5);
            CompletableFuture<DeleteResult> waiting = cluster.replica(1).deleteRecords(7, LONG);

            cluster.start(2);
            cluster.publish();
            assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(new DeleteResult(ErrorCode.NONE, "", 7));
            assertThat(start(cluster, 2)).isEqualTo(7);
        }
    }

    @Test
    void aLostLeadershipEndsTheWaiting() throws Exception {
        try (TestCluster cluster = cluster(3, LONG)) {
            append(cluster, 1, -1, 10);
            cluster.stop(2);
            CompletableFuture<DeleteResult> waiting = cluster.replica(1).deleteRecords(7, LONG);
            cluster.elect(3);
            cluster.publish();
            assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).error())
                    .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
    }

    @Test
    void refusals() throws Exception {
        try (TestCluster cluster = cluster(2, LONG)) {
            append(cluster, 1, -1, 10);
            DeleteResult beyond = delete(cluster, 1, 11);
            assertThat(beyond.error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(beyond.message()).contains("orders-0").contains("11").contains("high watermark, 10");
            assertThat(delete(cluster, 1, -2).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(delete(cluster, 2, 5).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);

            cluster.configure("cleanup.policy", "compact");
            cluster.publish();
            assertThat(delete(cluster, 1, 5).error()).isEqualTo(ErrorCode.POLICY_VIOLATION);
            assertThat(start(cluster, 1)).isZero();
            cluster.configure("cleanup.policy", "compact,delete");
            cluster.publish();
            assertThat(delete(cluster, 1, 5).error()).isEqualTo(ErrorCode.NONE);
        }
    }
}
