package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.EpochResult;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.OffsetResult;
import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every way to ask a leader for an offset: by meaning, by time, by leader epoch. */
@Timeout(60)
class OffsetLookUpTest {
    private static final Duration LONG_LAG = Duration.ofSeconds(30);
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;

    @TempDir
    Path dir;

    private static OffsetResult ask(TestCluster cluster, int broker, long time, Isolation isolation) {
        return cluster.replica(broker).offsetForTime(time, isolation, OptionalInt.empty());
    }

    private static OffsetResult ask(TestCluster cluster, long time) {
        return ask(cluster, 1, time, Isolation.READ_UNCOMMITTED);
    }

    private static OffsetResult found(long offset, long time, int epoch) {
        return new OffsetResult(ErrorCode.NONE, offset, time, epoch);
    }

    @Test
    void byMeaningAndByTime() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            assertThat(ask(cluster, LATEST)).isEqualTo(found(0, -1, 1));
            assertThat(ask(cluster, EARLIEST)).isEqualTo(found(0, -1, 1));
            assertThat(ask(cluster, MAX_TIMESTAMP)).isEqualTo(found(-1, -1, -1));
            assertThat(ask(cluster, 0)).isEqualTo(found(-1, -1, -1));

            for (long time : new long[] {300, 100, 500, 200}) cluster.appendAt(1, -1, time, "at " + time);
            cluster.elect(1);
            cluster.publish();
            cluster.appendAt(1, -1, 400, "in epoch 2");

            assertThat(ask(cluster, LATEST)).isEqualTo(found(5, -1, 2));
            assertThat(ask(cluster, EARLIEST)).isEqualTo(found(0, -1, 1));
            assertThat(ask(cluster, EARLIEST_LOCAL)).isEqualTo(found(0, -1, 1));
            assertThat(ask(cluster, MAX_TIMESTAMP)).isEqualTo(found(2, 500, 1));
            assertThat(ask(cluster, 0)).isEqualTo(found(0, 300, 1));
            assertThat(ask(cluster, 301)).isEqualTo(found(2, 500, 1));
            assertThat(ask(cluster, 501)).isEqualTo(found(-1, -1, -1));

            cluster.replica(1).deleteRecords(3, LONG_LAG).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(ask(cluster, EARLIEST)).isEqualTo(found(3, -1, 1));
            assertThat(ask(cluster, EARLIEST_LOCAL)).isEqualTo(found(3, -1, 1));
            assertThat(ask(cluster, MAX_TIMESTAMP)).as("500 is deleted").isEqualTo(found(4, 400, 2));
            assertThat(ask(cluster, 0)).isEqualTo(found(3, 200, 1));
        }
    }

    @Test
    void clientsHearOfCommittedRecordsOnlyAndAFreshLeaderOfNoneThatItIsNotSureOf() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.appendAt(1, -1, 100, "committed");
            cluster.stop(2);
            cluster.appendAt(1, 1, 200, "not yet");

            assertThat(ask(cluster, LATEST).offset()).isEqualTo(1);
            assertThat(ask(cluster, 1, LATEST, Isolation.READ_COMMITTED).offset())
                    .isEqualTo(1);
            assertThat(ask(cluster, 1, LATEST, Isolation.LOG_END).offset()).isEqualTo(2);
            assertThat(ask(cluster, MAX_TIMESTAMP).offset()).isZero();
            assertThat(ask(cluster, 150).offset()).isEqualTo(-1);

            cluster.elect(1);
            cluster.publish();
            for (long spec : new long[] {LATEST, MAX_TIMESTAMP, 50}) {
                assertThat(ask(cluster, spec).error()).isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE);
            }
            assertThat(ask(cluster, EARLIEST)).isEqualTo(found(0, -1, 1));
            cluster.start(2);
            cluster.publish();
            Await.until(
                    "the end is known again",
                    PATIENCE,
                    () -> ask(cluster, LATEST).offset() == 2);
        }
    }

    @Test
    void theWrongReplicaAndTheWrongEpochAreRefused() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.elect(1);
            cluster.publish();
            for (long spec : new long[] {LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, 5}) {
                assertThat(ask(cluster, 2, spec, Isolation.READ_UNCOMMITTED).error())
                        .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
                assertThat(cluster.replica(1)
                                .offsetForTime(spec, Isolation.READ_UNCOMMITTED, OptionalInt.of(1))
                                .error())
                        .isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
                assertThat(cluster.replica(1)
                                .offsetForTime(spec, Isolation.READ_UNCOMMITTED, OptionalInt.of(3))
                                .error())
                        .isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
            }
            assertThat(cluster.replica(2)
                            .endOffsetForEpoch(1, OptionalInt.empty())
                            .error())
                    .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            assertThat(cluster.replica(1)
                            .endOffsetForEpoch(1, OptionalInt.of(3))
                            .error())
                    .isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
        }
    }

    @Test
    void whereLeaderEpochsEnd() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 3; i++) cluster.append(1, -1, "one");
            cluster.elect(1);
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 2; i++) cluster.append(1, -1, "three");

            List<EpochResult> ends = List.of(0, 1, 2, 3).stream()
                    .map(epoch -> cluster.replica(1).endOffsetForEpoch(epoch, OptionalInt.of(3)))
                    .toList();
            assertThat(ends)
                    .containsExactly(
                            new EpochResult(ErrorCode.NONE, 0, 0),
                            new EpochResult(ErrorCode.NONE, 1, 3),
                            new EpochResult(ErrorCode.NONE, 1, 3),
                            new EpochResult(ErrorCode.NONE, 3, 5));
        }
    }
}
