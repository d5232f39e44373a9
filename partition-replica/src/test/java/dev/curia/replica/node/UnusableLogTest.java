package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.ID;
import static dev.curia.replica.node.TestCluster.NAME;
import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A follower whose log no leader can help it to mend copies all of it anew, instead of asking for ever. */
@Timeout(60)
class UnusableLogTest {
    private static final Duration LONG_LAG = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private TestCluster cluster(String name) throws Exception {
        TestCluster cluster = new TestCluster(dir.resolve(name), 2, 1, LONG_LAG);
        cluster.elect(1);
        cluster.publish();
        return cluster;
    }

    private Path partition(String cluster, int broker) {
        return dir.resolve(cluster).resolve("broker-" + broker).resolve(NAME.toString());
    }

    /** Without the epochs the leader cannot tell where the logs part. */
    @Test
    void aFollowerThatDoesNotKnowItsEpochsCopiesAll() throws Exception {
        try (TestCluster cluster = cluster("mine")) {
            for (int i = 0; i < 5; i++) cluster.append(1, -1, "v" + i);
            cluster.stop(2);
            Files.delete(partition("mine", 2).resolve(EpochCheckpoint.FILE_NAME));
            cluster.append(1, 1, "more");
            copiesAll(cluster);
        }
    }

    /** The epochs agree, the batches do not: the leader's next batch begins before the follower's end. */
    @Test
    void aFollowerWhoseBatchesHaveOtherBordersCopiesAll() throws Exception {
        try (TestCluster other = cluster("other")) {
            other.append(1, -1, "x");
            other.append(1, -1, "y");
        }
        try (TestCluster cluster = cluster("mine")) {
            cluster.append(1, -1, "a", "b", "c");
            cluster.stop(2);
            copyFiles(partition("other", 2), partition("mine", 2));
            copiesAll(cluster);
        }
    }

    private static void copiesAll(TestCluster cluster) throws Exception {
        cluster.start(2);
        try {
            cluster.publishTo(2);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(ReplicaOfflineException.class);
        }
        cluster.awaitOffline(2);
        cluster.actOnReport(2);
        Await.until(
                "the replica is back",
                PATIENCE,
                () -> cluster.broker(2).replicas.find(NAME).isPresent());
        cluster.actOnReport(2);
        cluster.awaitEqualLogs(1, 2);
        cluster.awaitIsr(List.of(1, 2));
        assertThat(cluster.broker(2).replicas.troubles().offlineSince()).doesNotContainKey(ID);
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList())
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
