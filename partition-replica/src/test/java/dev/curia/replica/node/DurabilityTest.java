package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an acknowledgement promises where curia.durability is fsynced. */
@Timeout(60)
class DurabilityTest {
    @TempDir
    Path dir;

    private TestCluster fsynced(int size, Duration lagMax) throws Exception {
        TestCluster cluster = new TestCluster(dir, size, Math.min(2, size), lagMax);
        cluster.configure("curia.durability", "fsynced");
        return cluster;
    }

    private static long onDisk(TestCluster cluster, int broker) {
        return ((PartitionReplica) cluster.replica(broker)).log().recoveryPoint();
    }

    @Test
    void i5AnAcknowledgedRecordIsOnTheDiskOfEveryInSyncReplica() throws Exception {
        try (TestCluster cluster = fsynced(3, Duration.ofSeconds(30))) {
            cluster.elect(1);
            cluster.publish();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                all.add(cluster.send(1, -1, "value-" + i).thenAccept(r -> {
                    assertThat(r.error()).isEqualTo(ErrorCode.NONE);
                    for (int broker : List.of(1, 2, 3)) {
                        assertThat(onDisk(cluster, broker)).isGreaterThan(r.baseOffset());
                    }
                }));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            assertThat(cluster.replica(1).view().highWatermark()).isEqualTo(300);
        }
    }

    @Test
    void withAcksOneItIsOnTheLeadersDisk() throws Exception {
        try (TestCluster cluster = fsynced(1, Duration.ofSeconds(30))) {
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 20; i++) {
                long offset = cluster.append(1, 1, "value-" + i).baseOffset();
                assertThat(onDisk(cluster, 1)).isGreaterThan(offset);
            }
        }
    }

    @Test
    void aFollowerThatComesBackVouchesForWhatIsOnItsDisk() throws Exception {
        try (TestCluster cluster = fsynced(2, Duration.ofMillis(300))) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "before");
            cluster.stop(2);
            cluster.append(1, 1, "alone");
            cluster.awaitIsr(List.of(1));
            cluster.start(2);
            cluster.publish();
            cluster.awaitIsr(List.of(1, 2));
            long offset = cluster.append(1, -1, "after").baseOffset();
            assertThat(onDisk(cluster, 2)).isGreaterThan(offset);
        }
    }

    @Test
    void whereWrittenIsEnoughNothingIsForced() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 2, Duration.ofSeconds(30))) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "value");
            assertThat(onDisk(cluster, 1)).isZero();
            Await.until("the follower has it", PATIENCE, () -> cluster.log(2).size() == 1);
            assertThat(onDisk(cluster, 2)).isZero();
        }
    }
}
