package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.NAME;
import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Full disks under leaders and followers. */
@Timeout(60)
class FullDiskReplicationTest {
    @TempDir
    Path dir;

    private static void makeRoom(TestCluster cluster, int broker) {
        cluster.disks(broker).disk(0).setRoom(1 << 30);
        cluster.broker(broker).awaitRoom();
    }

    @Test
    void aLeaderOnAFullDiskRefusesAndGoesOnWhenThereIsRoom() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 2, Duration.ofSeconds(30))) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "a");
            cluster.disks(1).disk(0).setRoom(10);

            AppendResult refused = cluster.append(1, -1, "b");
            assertThat(refused.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            assertThat(refused.message()).contains("full");
            assertThat(cluster.append(1, 1, "c").error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            assertThat(cluster.read(1, 0).error()).isEqualTo(ErrorCode.NONE);
            HostedReplicas replicas = cluster.broker(1).replicas;
            Await.until(
                    "it is reported", PATIENCE, () -> replicas.troubles().full().contains(TestCluster.ID));
            assertThat(replicas.troubles().offlineSince()).isEmpty();

            makeRoom(cluster, 1);
            assertThat(cluster.append(1, -1, "d").error()).isEqualTo(ErrorCode.NONE);
            assertThat(cluster.log(1)).containsExactly("a", "d");
            cluster.awaitEqualLogs(1, 2);
            Await.until(
                    "the report is taken back",
                    PATIENCE,
                    () -> replicas.troubles().full().isEmpty());
        }
    }

    @Test
    void aFollowerOnAFullDiskPausesLeavesTheIsrAndComesBack() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, Duration.ofMillis(400))) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "a");
            cluster.disks(2).disk(0).setRoom(10);

            assertThat(cluster.append(1, -1, "b").error()).isEqualTo(ErrorCode.NONE);
            cluster.awaitIsr(List.of(1));
            for (int i = 0; i < 20; i++) cluster.append(1, -1, "c" + i);
            assertThat(cluster.log(2)).containsExactly("a");
            double rejected = cluster.broker(2)
                    .meters
                    .get("curia_replication_rejected_chunks")
                    .counter()
                    .count();
            assertThat(rejected).isZero();

            makeRoom(cluster, 2);
            cluster.awaitEqualLogs(1, 2);
            cluster.awaitIsr(List.of(1, 2));
            assertThat(cluster.log(2)).hasSize(22);
        }
    }

    @Test
    void aPartitionForWhichThereIsNoRoomIsMadeWhenThereIs() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, Duration.ofSeconds(30))) {
            cluster.elect(1);
            cluster.disks(1).disk(0).setRoom(0);
            var applied = cluster.broker(1).replicas.apply(cluster.assignment());
            Await.until("it is refused", PATIENCE, applied::isCompletedExceptionally);
            assertThat(cluster.broker(1).replicas.troubles().offlineSince()).containsOnlyKeys(TestCluster.ID);
            TopicPartition other = new TopicPartition("other", 0);
            var second = cluster.broker(1)
                    .replicas
                    .apply(new ReplicaAssignment(
                            new PartitionId(new Uuid(3, 3), 0),
                            other,
                            1,
                            0,
                            0,
                            List.of(1),
                            List.of(1),
                            List.of(),
                            Map.of()));
            Await.until("it is refused", PATIENCE, second::isCompletedExceptionally);
            cluster.actOnReport(1);
            assertThat(cluster.broker(1).replicas.find(NAME)).isEmpty();

            makeRoom(cluster, 1);
            Await.until(
                    "both are there",
                    PATIENCE,
                    () -> cluster.broker(1).replicas.find(NAME).isPresent()
                            && cluster.broker(1).replicas.find(other).isPresent());
            assertThat(cluster.broker(1).replicas.troubles().offlineSince()).isEmpty();
        }
    }
}
