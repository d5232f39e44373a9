package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.ID;
import static dev.curia.replica.node.TestCluster.NAME;
import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Failed, missing, replaced and damaged disks: what is lost with them is made anew, and never while somebody counts on it. */
@Timeout(60)
class OfflineReplicaTest {
    private static final Duration LONG_LAG = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private static void awaitOnline(TestCluster cluster, int broker) {
        Await.until(
                "the replica is back",
                PATIENCE,
                () -> cluster.broker(broker).replicas.find(NAME).isPresent());
    }

    /** Starts it and hands out the assignment, which a replica that is offline does not take. */
    private static void restart(TestCluster cluster, int broker) throws Exception {
        cluster.start(broker);
        try {
            cluster.publishTo(broker);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(ReplicaOfflineException.class);
        }
    }

    private static int directoryOf(TestCluster cluster, int broker) {
        List<Path> directories = cluster.disks(broker).directories();
        for (int d = 0; d < directories.size(); d++) {
            if (Files.exists(directories.get(d).resolve(NAME.toString()))) return d;
        }
        throw new AssertionError("broker " + broker + " holds nothing");
    }

    private static double meter(TestCluster cluster, int broker, String name) {
        return cluster.broker(broker).meters.get(name).counter().count();
    }

    @Test
    void aFailedDirectoryTakesOnlyItsOwnReplicasOffline() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            TopicPartition otherName = new TopicPartition(NAME.topic(), 1);
            PartitionId otherId = new PartitionId(ID.topicId(), 1);
            HostedReplicas replicas = cluster.broker(1).replicas;
            replicas.apply(new ReplicaAssignment(
                            otherId, otherName, 1, 1, 0, List.of(1), List.of(1), List.of(), Map.of()))
                    .get(10, TimeUnit.SECONDS);
            assertThat(cluster.append(1, 1, "kept").error()).isEqualTo(ErrorCode.NONE);
            int mine = directoryOf(cluster, 1);
            Path others = cluster.disks(1).directories().get(1 - mine);
            assertThat(others.resolve(otherName.toString())).exists();
            List<String> told = new ArrayList<>();
            replicas.onTroublesChanged(() -> told.add("changed"));

            cluster.disks(1).breakDown(mine);
            assertThat(cluster.append(1, 1, "lost").error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);

            cluster.awaitOffline(1);
            assertThat(replicas.troubles().offlineSince().keySet()).containsExactly(ID);
            assertThat(replicas.find(otherName)).isPresent();
            Await.until("the controller would be told", PATIENCE, () -> !told.isEmpty());
            assertThat(cluster.broker(1)
                            .meters
                            .get("curia_offline_replicas")
                            .gauge()
                            .value())
                    .isEqualTo(1);

            cluster.stop(1);
            cluster.disks(1).disk(mine).repair();
            restart(cluster, 1);
            assertThat(cluster.log(1)).containsExactly("kept");
        }
    }

    @Test
    void aFollowerIsMadeAnewInAnotherDirectoryOnceItIsOutOfTheIsr() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 20; i++) cluster.append(1, -1, "value-" + i);
            int failed = directoryOf(cluster, 2);

            cluster.disks(2).breakDown(failed);
            cluster.append(1, 1, "more");
            cluster.awaitOffline(2);
            assertThat(cluster.isr()).containsExactly(1, 2);
            Path other = cluster.disks(2).directories().get(1 - failed).resolve(NAME.toString());
            assertThat(other).doesNotExist();

            cluster.actOnReport(2);
            awaitOnline(cluster, 2);
            assertThat(other).exists();
            assertThat(meter(cluster, 2, "curia_replicas_rebuilt")).isEqualTo(1);
            cluster.awaitEqualLogs(1, 2);
            assertThat(cluster.isr()).containsExactly(1); // it is still reported as offline
            cluster.actOnReport(2);
            cluster.awaitIsr(List.of(1, 2));

            // The old disk is back, with what was given up on it.
            cluster.append(1, -1, "newest");
            cluster.stop(2);
            cluster.disks(2).disk(failed).repair();
            restart(cluster, 2);
            cluster.awaitEqualLogs(1, 2);
            assertThat(other).exists();
            assertThat(cluster.disks(2).directories().get(failed).resolve(NAME.toString()))
                    .doesNotExist();
        }
    }

    @Test
    void theLastInSyncReplicaIsNeverMadeAnew() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "precious");
            cluster.stop(2);
            cluster.setIsr(List.of(1));
            cluster.elect(1);
            cluster.publish();
            assertThat(cluster.append(1, -1, "more precious").error()).isEqualTo(ErrorCode.NONE);
            int failed = directoryOf(cluster, 1);
            cluster.disks(1).breakDown(failed);
            cluster.append(1, 1, "lost");
            cluster.awaitOffline(1);
            cluster.actOnReport(1);
            cluster.actOnReport(1);

            // Also not after a restart, with the directory missing, whoever is there to be followed.
            cluster.stop(1);
            restart(cluster, 1);
            restart(cluster, 2);
            assertThat(cluster.isOffline(1)).isTrue();
            cluster.actOnReport(1);
            assertThat(cluster.isOffline(1)).isTrue();

            cluster.stop(1);
            cluster.disks(1).disk(failed).repair();
            cluster.elect(1);
            restart(cluster, 1);
            assertThat(cluster.log(1)).containsExactly("precious", "more precious");
        }
    }

    @Test
    void whatWasOnAReplacedDiskCountsAsLostNotAsNew() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "one", "two");
            cluster.stop(2);
            Path failed = cluster.disks(2).directories().get(directoryOf(cluster, 2));
            Files.move(failed, dir.resolve("in-the-bin"));

            restart(cluster, 2);
            assertThat(cluster.isOffline(2)).isTrue();
            cluster.actOnReport(2);
            awaitOnline(cluster, 2);
            cluster.actOnReport(2);
            cluster.awaitEqualLogs(1, 2);
            cluster.awaitIsr(List.of(1, 2));
        }
    }

    /** Nobody is left to remember what was on it; but the metadata counts on this replica alone. */
    @Test
    void aBrokerThatComesBackWithEmptyDisksDoesNotLeadAsTheLastInSyncReplica() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "one", "two");
            cluster.stop(2);
            cluster.setIsr(List.of(1));
            cluster.stop(1);
            Files.move(cluster.disks(1).directories().get(0), dir.resolve("in-the-bin"));
            cluster.elect(1);

            restart(cluster, 1);
            restart(cluster, 2);
            assertThat(cluster.isOffline(1)).isTrue();
            cluster.actOnReport(1);
            cluster.stop(1);
            restart(cluster, 1);
            assertThat(cluster.isOffline(1)).isTrue();
            assertThat(cluster.log(2)).containsExactly("one", "two");
        }
    }

    @Test
    void aPartitionThatIsNewerThanThisProcessIsMadeAlsoWhileADirectoryIsMissing() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.stop(1);
            cluster.disks(1).breakDown(1);
            cluster.start(1);
            TopicPartition name = new TopicPartition("new", 0);
            PartitionId id = new PartitionId(new dev.curia.common.id.Uuid(8, 8), 0);
            cluster.broker(1)
                    .replicas
                    .apply(new ReplicaAssignment(id, name, 1, 0, 0, List.of(1), List.of(1), List.of(), Map.of()))
                    .get(10, TimeUnit.SECONDS);
            assertThat(cluster.broker(1).replicas.find(name)).isPresent();
        }
    }

    @Test
    void aDamagedReplicaIsRebuiltFromItsLeader() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 50; i++) cluster.append(1, -1, "value-" + i);
            cluster.stop(2);
            Path directory = cluster.disks(2).directories().get(0);
            Path partition = directory.resolve(NAME.toString());
            flipByte(partition.resolve("00000000000000000000.log"), 300);
            // As after a crash, when the log is read again; the recovery point says that all of it was on disk.
            Files.delete(directory.resolve(".kafka_cleanshutdown"));

            restart(cluster, 2);
            assertThat(cluster.isOffline(2)).isTrue();
            assertThat(meter(cluster, 2, "curia_replicas_damaged")).isEqualTo(1);
            assertThat(partition).exists();
            assertThat(damaged(directory)).isEmpty();

            cluster.actOnReport(2);
            awaitOnline(cluster, 2);
            cluster.awaitEqualLogs(1, 2);
            assertThat(damaged(directory)).hasSize(1);
            cluster.actOnReport(2);
            cluster.awaitIsr(List.of(1, 2));
            cluster.publish();
            Await.until(
                    "what was damaged goes", PATIENCE, () -> damaged(directory).isEmpty());
            assertThat(meter(cluster, 2, "curia_replicas_rebuilt")).isEqualTo(1);
        }
    }

    @Test
    void aLeaderWhoseRecordsTurnOutToBeDamagedHandsOver() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 50; i++) cluster.append(1, -1, "value-" + i);
            Path partition = cluster.disks(1).directories().get(0).resolve(NAME.toString());
            Path log = partition.resolve("00000000000000000000.log");
            flipByte(log, lengthOfBatch(log, 10));

            assertThat(cluster.read(1, 20).error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            cluster.awaitOffline(1);
            cluster.actOnReport(1);
            assertThat(cluster.append(2, -1, "goes on").error()).isEqualTo(ErrorCode.NONE);
            awaitOnline(cluster, 1);
            cluster.actOnReport(1);
            cluster.awaitEqualLogs(1, 2);
            cluster.awaitIsr(List.of(1, 2));
        }
    }

    @Test
    void strayPartitionsGoAndNoOthers() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            PartitionId stray = new PartitionId(new dev.curia.common.id.Uuid(5, 5), 3);
            TopicPartition name = new TopicPartition("gone", 3);
            HostedReplicas replicas = cluster.broker(1).replicas;
            replicas.apply(new ReplicaAssignment(stray, name, 1, 0, 0, List.of(1), List.of(1), List.of(), Map.of()))
                    .get(10, TimeUnit.SECONDS);
            cluster.append(1, 1, "kept");
            cluster.stop(1);
            restart(cluster, 1);

            cluster.broker(1).replicas.removeStrays(ID::equals);

            Await.until(
                    "the stray is gone",
                    PATIENCE,
                    () -> cluster.disks(1).directories().stream()
                            .noneMatch(d -> Files.exists(d.resolve(name.toString()))));
            assertThat(cluster.log(1)).containsExactly("kept");
            Await.until("it is counted", PATIENCE, () -> meter(cluster, 1, "curia_stray_replicas_removed") == 1);
        }
    }

    /** A restored backup knows nothing of what was made after it: neither a broker that runs nor one that starts deletes that. */
    @Test
    void whatRestoredMetadataMayHaveForgottenIsKept() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, 1, "kept");
            HostedReplicas running = cluster.broker(1).replicas;
            TopicPartition whileItRan = made(running, "while-it-ran");
            TopicPartition whileItWasDown = made(running, "while-it-was-down");
            TopicPartition deletedLater = made(running, "deleted-later");

            running.metadataIsCurrent("restored");
            running.remove(idOf(whileItRan), whileItRan).get(10, TimeUnit.SECONDS);
            running.historyFollowed("restored");
            awaitStray(cluster, whileItRan);
            Await.until("it is noted", PATIENCE, () -> histories(cluster).equals(List.of("restored", "restored")));

            cluster.stop(1);
            restart(cluster, 1);
            HostedReplicas started = cluster.broker(1).replicas;
            started.metadataIsCurrent("restored again");
            started.removeStrays(id -> id.equals(ID) || id.equals(idOf(deletedLater)));
            started.historyFollowed("restored again");
            awaitStray(cluster, whileItWasDown);
            Await.until(
                    "it is noted",
                    PATIENCE,
                    () -> histories(cluster).equals(List.of("restored again", "restored again")));

            started.remove(idOf(deletedLater), deletedLater).get(10, TimeUnit.SECONDS);
            assertThat(entries(cluster, deletedLater))
                    .as("what is deleted after that is deleted")
                    .noneMatch(name -> name.endsWith("-stray"));
            assertThat(cluster.log(1)).containsExactly("kept");
        }
    }

    private static TopicPartition made(HostedReplicas replicas, String topic) throws Exception {
        TopicPartition name = new TopicPartition(topic, 0);
        replicas.apply(new ReplicaAssignment(idOf(name), name, 1, 0, 0, List.of(1), List.of(1), List.of(), Map.of()))
                .get(10, TimeUnit.SECONDS);
        return name;
    }

    private static PartitionId idOf(TopicPartition name) {
        return new PartitionId(new dev.curia.common.id.Uuid(7, name.topic().hashCode()), 0);
    }

    private static void awaitStray(TestCluster cluster, TopicPartition name) {
        Await.until(name + " is set aside", PATIENCE, () -> {
            List<String> entries = entries(cluster, name);
            return entries.size() == 1 && entries.get(0).endsWith("-stray");
        });
        assertThat(cluster.disks(1).directories())
                .anyMatch(d ->
                        Files.exists(d.resolve(entries(cluster, name).get(0)).resolve("00000000000000000000.log")));
    }

    private static List<String> entries(TestCluster cluster, TopicPartition name) {
        return cluster.disks(1).directories().stream()
                .flatMap(d -> Stream.of(Objects.requireNonNull(d.toFile().list())))
                .filter(entry -> entry.startsWith(name.toString()))
                .toList();
    }

    private static List<String> histories(TestCluster cluster) {
        return cluster.disks(1).directories().stream()
                .map(d -> d.resolve("metadata-history"))
                .filter(Files::exists)
                .map(file -> {
                    try {
                        return Files.readString(file).strip();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    /** The metadata may be older than the disk: of two topics of one name it knows the deleted one. */
    @Test
    void whatMayBeNewerThanTheMetadataIsNotDeleted() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, 1, "newer");
            cluster.stop(1);
            cluster.startWithOldMetadata(1);
            HostedReplicas replicas = cluster.broker(1).replicas;
            PartitionId old = new PartitionId(new dev.curia.common.id.Uuid(6, 6), 0);
            var applied = replicas.apply(
                    new ReplicaAssignment(old, NAME, 1, 0, 0, List.of(1), List.of(1), List.of(), Map.of()));
            Await.until("it is refused", PATIENCE, applied::isCompletedExceptionally);
            assertThat(replicas.troubles().offlineSince()).containsOnlyKeys(old);

            replicas.metadataIsCurrent("");
            replicas.remove(old, NAME).get(10, TimeUnit.SECONDS);
            cluster.publish();
            assertThat(cluster.log(1)).containsExactly("newer");
            assertThat(replicas.troubles().offlineSince()).isEmpty();
        }
    }

    private static List<Path> damaged(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(p -> p.toString().endsWith("-damaged")).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Where the length field of a batch is. */
    private static long lengthOfBatch(Path file, int batch) throws IOException {
        ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(file));
        int position = 0;
        for (int i = 0; i < batch; i++) position += 12 + log.getInt(position + 8);
        return position + 8L;
    }

    private static void flipByte(Path file, long position) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            int value = bytes.read();
            bytes.seek(position);
            bytes.write(value ^ 0x40);
        }
    }
}
