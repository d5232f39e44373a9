package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AbortedTransaction;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.Origin;
import dev.curia.replica.Replica.ReadRequest;
import dev.curia.replica.Replica.ReadResult;
import dev.curia.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions on the leader and its followers, who build their own view of them from what they copy. */
@Timeout(60)
class ReplicatedTransactionsTest {
    private static final long TIME = 1_700_000_000_000L;

    @TempDir
    Path dir;

    @Test
    void followersKnowWhereAnOpenTransactionBegins() throws Exception {
        try (TestCluster cluster = cluster()) {
            cluster.append(1, -1, "before");
            transactional(cluster, 1, 7, 0, "open");
            cluster.append(1, -1, "behind it");
            transactional(cluster, 1, 8, 0, "another");
            for (int id = 1; id <= 3; id++) awaitStable(cluster, id, 1, 4);

            end(cluster, 1, 7, ControlRecordType.COMMIT);
            for (int id = 1; id <= 3; id++) awaitStable(cluster, id, 3, 5);
            end(cluster, 1, 8, ControlRecordType.ABORT);
            for (int id = 1; id <= 3; id++) awaitStable(cluster, id, 6, 6);
            assertThat(committed(cluster, 1)).containsExactly("before", "open", "behind it");
        }
    }

    @Test
    void transactionsThatSpanLeadersEndAsTheyWereEnded() throws Exception {
        try (TestCluster cluster = cluster()) {
            transactional(cluster, 1, 7, 0, "first half");
            transactional(cluster, 1, 8, 0, "given up");
            transactional(cluster, 1, 9, 0, "aborted before");
            end(cluster, 1, 9, ControlRecordType.ABORT);
            for (int id = 2; id <= 3; id++) awaitStable(cluster, id, 0, 4);

            cluster.stop(1);
            cluster.setIsr(List.of(2, 3));
            cluster.elect(2);
            cluster.publish();
            awaitStable(cluster, 2, 0, 4);
            assertThat(committed(cluster, 2)).isEmpty();
            transactional(cluster, 2, 7, 1, "second half");
            end(cluster, 2, 7, ControlRecordType.COMMIT);
            awaitStable(cluster, 2, 1, 6);
            assertThat(committed(cluster, 2)).containsExactly("first half");

            cluster.start(1);
            cluster.publish();
            Await.until("all are in sync", PATIENCE, () -> cluster.isr().size() == 3);
            end(cluster, 2, 8, ControlRecordType.ABORT);
            for (int id = 1; id <= 3; id++) awaitStable(cluster, id, 7, 7);
            for (int leader : new int[] {2, 3, 1}) {
                cluster.elect(leader);
                cluster.publish();
                awaitStable(cluster, leader, 7, 7);
                assertThat(committed(cluster, leader)).containsExactly("first half", "second half");
            }
        }
    }

    private TestCluster cluster() throws Exception {
        TestCluster cluster = new TestCluster(dir, 3, 2, Duration.ofSeconds(30));
        cluster.elect(1);
        cluster.publish();
        return cluster;
    }

    /** By the published view and by its log's own memory. */
    private static void awaitStable(TestCluster cluster, int id, long lastStableOffset, long highWatermark) {
        Await.until(
                "broker " + id + " at " + highWatermark,
                PATIENCE,
                () -> cluster.replica(id).view().highWatermark() == highWatermark);
        PartitionReplica replica = (PartitionReplica) cluster.replica(id);
        assertThat(replica.view().lastStableOffset())
                .as("view of broker %s", id)
                .isEqualTo(lastStableOffset);
        assertThat(replica.log().lastStableOffset(highWatermark))
                .as("log of broker %s", id)
                .isEqualTo(lastStableOffset);
    }

    private static void transactional(TestCluster cluster, int leader, long producer, int sequence, String value)
            throws Exception {
        append(
                cluster.replica(leader),
                MemoryRecords.withTransactionalRecords(
                        Compression.NONE,
                        producer,
                        (short) 0,
                        sequence,
                        new SimpleRecord(TIME, null, value.getBytes(StandardCharsets.UTF_8))),
                Origin.CLIENT);
    }

    private static void end(TestCluster cluster, int leader, long producer, ControlRecordType type) throws Exception {
        append(
                cluster.replica(leader),
                MemoryRecords.withEndTransactionMarker(
                        0, TIME, 0, producer, (short) 0, new EndTransactionMarker(type, 1)),
                Origin.COORDINATOR);
    }

    private static void append(Replica leader, MemoryRecords batch, Origin origin) throws Exception {
        assertThat(leader.append(new AppendRequest(
                                batch.buffer(), (short) -1, PATIENCE, origin, OptionalInt.empty(), () -> {}))
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .error())
                .isEqualTo(ErrorCode.NONE);
    }

    /** What a consumer of committed records keeps of what the leader answers. */
    private static List<String> committed(TestCluster cluster, int leader) throws Exception {
        List<String> values = new ArrayList<>();
        ReadResult read = cluster.replica(leader)
                .read(new ReadRequest(
                        0, 1 << 20, true, Isolation.READ_COMMITTED, OptionalInt.empty(), OptionalInt.empty()));
        assertThat(read.error()).isEqualTo(ErrorCode.NONE);
        Set<Long> aborting = new HashSet<>();
        try (var slice = read.records()) {
            for (MutableRecordBatch batch :
                    MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                for (AbortedTransaction aborted : read.aborted()) {
                    if (aborted.firstOffset() == batch.baseOffset()) aborting.add(aborted.producerId());
                }
                if (batch.isControlBatch()) aborting.remove(batch.producerId());
                else if (!aborting.contains(batch.producerId())) batch.forEach(record -> values.add(text(record)));
            }
        }
        return values;
    }

    private static String text(Record record) {
        return StandardCharsets.UTF_8.decode(record.value()).toString();
    }
}
