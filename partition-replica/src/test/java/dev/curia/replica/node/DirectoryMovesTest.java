package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.ID;
import static dev.curia.replica.node.TestCluster.NAME;
import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.time.SystemClock;
import dev.curia.log.LogSlice;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.node.DirectoryMoves.UnderWay;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that move from one log directory of their broker to another while they are used. */
@Timeout(60)
class DirectoryMovesTest {
    private static final Duration LONG_LAG = Duration.ofSeconds(30);
    /** Slow enough that a test has time to do something meanwhile. */
    private static final long CRAWL = 1_000;

    private static final SystemClock CLOCK = new SystemClock();

    @TempDir
    Path dir;

    private static DirectoryMoves moves(TestCluster cluster, int broker) {
        return cluster.broker(broker).replicas.directoryMoves();
    }

    private static int directoryOf(TestCluster cluster, int broker) {
        List<Integer> found = new ArrayList<>();
        List<Path> directories = cluster.disks(broker).directories();
        for (int d = 0; d < directories.size(); d++) {
            if (Files.exists(directories.get(d).resolve(NAME.toString()))) found.add(d);
        }
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static Path other(TestCluster cluster, int broker) {
        return cluster.disks(broker).directories().get(1 - directoryOf(cluster, broker));
    }

    private static void awaitMoved(TestCluster cluster, int broker, Path to) {
        Await.until(
                "broker " + broker + " has moved it",
                PATIENCE,
                () -> moves(cluster, broker).underWay().isEmpty()
                        && Files.exists(to.resolve(NAME.toString()))
                        && cluster.disks(broker).directories().stream()
                                .noneMatch(each -> !each.equals(to) && Files.exists(each.resolve(NAME.toString()))));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static void awaitNoFuture(Path directory) {
        Await.until(
                "nothing is left of the move",
                PATIENCE,
                () -> names(directory).stream()
                        .noneMatch(name -> name.endsWith("-future") || name.endsWith("-delete")));
    }

    private static double meter(TestCluster cluster, int broker, String name) {
        return cluster.broker(broker).meters.get(name).counter().count();
    }

    /** About 100 KB. */
    private static void fill(TestCluster cluster) throws Exception {
        for (int i = 0; i < 20; i++) cluster.append(1, -1, i + "x".repeat(5_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"written", "fsynced"})
    void leaderAndFollowerMoveWhileRecordsComeAndStayInSync(String durability) throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 2, LONG_LAG, 2)) {
            cluster.configure("curia.durability", durability);
            cluster.configure("segment.bytes", "1048576");
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            AtomicBoolean enough = new AtomicBoolean();
            Queue<AppendResult> failed = new ConcurrentLinkedQueue<>();
            List<String> sent = new ArrayList<>(cluster.log(1));
            Thread producer = new Thread(() -> {
                for (int i = 0; !enough.get(); i++) {
                    String value = "moving-" + i + "y".repeat(20_000);
                    try {
                        AppendResult result = cluster.append(1, -1, value);
                        if (result.error() == ErrorCode.NONE) sent.add(value);
                        else failed.add(result);
                    } catch (Exception e) {
                        failed.add(new AppendResult(ErrorCode.UNKNOWN_SERVER_ERROR, e.toString(), -1, -1, -1));
                    }
                }
            });
            producer.start();
            for (int round = 0; round < 3; round++) {
                for (int broker : List.of(1, 2)) {
                    Path to = other(cluster, broker);
                    assertThat(moves(cluster, broker).move(NAME, to)).isEqualTo(ErrorCode.NONE);
                    awaitMoved(cluster, broker, to);
                }
            }
            enough.set(true);
            producer.join();

            assertThat(failed).isEmpty();
            assertThat(cluster.isr()).containsExactly(1, 2);
            cluster.awaitEqualLogs(1, 2);
            assertThat(cluster.log(1)).isEqualTo(sent);
            for (int broker : List.of(1, 2)) {
                Await.until(
                        "its moves are counted",
                        PATIENCE,
                        () -> meter(cluster, broker, "curia_directory_moves_completed") == 3);
            }
            for (int broker : List.of(1, 2)) {
                cluster.stop(broker);
                cluster.start(broker);
                cluster.publishTo(broker);
                assertThat(cluster.log(broker)).isEqualTo(sent);
            }
        }
    }

    @Test
    void whatWasReadBeforeStaysReadable() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            try (LogSlice before = cluster.read(1, 0).records()) {
                Path to = other(cluster, 1);
                moves(cluster, 1).move(NAME, to);
                awaitMoved(cluster, 1, to);
                awaitNoFuture(cluster.disks(1).directories().get(1 - directoryOf(cluster, 1)));
                ByteBuffer old = before.toBuffer();
                try (LogSlice after = cluster.read(1, 0).records()) {
                    assertThat(after.toBuffer()).isEqualTo(old);
                }
            }
        }
    }

    @Test
    void aMoveIsSeenAndEndsWhenItIsTakenBack() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            Path here = cluster.disks(1).directories().get(directoryOf(cluster, 1));
            Path to = other(cluster, 1);
            moves(cluster, 1).throttle(CRAWL);

            assertThat(moves(cluster, 1).move(NAME, to)).isEqualTo(ErrorCode.NONE);
            Await.until(
                    "some is copied",
                    PATIENCE,
                    () -> moves(cluster, 1).underWay().stream().anyMatch(move -> move.sizeInBytes() > 0));
            UnderWay seen = moves(cluster, 1).underWay().get(0);
            assertThat(seen.partition()).isEqualTo(NAME);
            assertThat(seen.directory()).isEqualTo(to);
            assertThat(seen.offsetLag()).isBetween(1L, 20L);
            assertThat(names(to)).anyMatch(name -> name.matches("orders-0\\.[0-9a-f]{32}-future"));

            assertThat(moves(cluster, 1).move(NAME, here)).isEqualTo(ErrorCode.NONE);
            assertThat(moves(cluster, 1).underWay()).isEmpty();
            awaitNoFuture(to);
            assertThat(moves(cluster, 1).move(NAME, here)).isEqualTo(ErrorCode.NONE);
            assertThat(moves(cluster, 1).underWay()).isEmpty();
            assertThat(cluster.append(1, -1, "more").error()).isEqualTo(ErrorCode.NONE);
            assertThat(directoryOf(cluster, 1))
                    .isEqualTo(cluster.disks(1).directories().indexOf(here));
        }
    }

    @Test
    void aMoveThatCannotBeIsRefused() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 3)) {
            cluster.elect(1);
            cluster.publish();
            assertThat(moves(cluster, 1).move(NAME, dir.resolve("elsewhere"))).isEqualTo(ErrorCode.LOG_DIR_NOT_FOUND);
            List<Path> directories = cluster.disks(1).directories();
            int broken = (directoryOf(cluster, 1) + 1) % 3;
            TopicPartition later = new TopicPartition("orders", 1);
            Path wanted = directories.get((broken + 1) % 3).equals(directories.get(directoryOf(cluster, 1)))
                    ? directories.get(directoryOf(cluster, 1))
                    : directories.get((broken + 1) % 3);
            assertThat(moves(cluster, 1).move(later, wanted)).isEqualTo(ErrorCode.REPLICA_NOT_AVAILABLE);
            PartitionId id = new PartitionId(ID.topicId(), 1);
            cluster.broker(1)
                    .replicas
                    .apply(new ReplicaAssignment(id, later, 1, 1, 0, List.of(1), List.of(1), List.of(), Map.of()))
                    .get(10, TimeUnit.SECONDS);
            assertThat(wanted.resolve(later.toString()))
                    .as("made where it was wished")
                    .exists();

            cluster.disks(1).breakDown(broken);
            cluster.broker(1).later.runAll(); // looks at the free space
            Await.until(
                    "the directory is known to be offline",
                    PATIENCE,
                    () -> moves(cluster, 1).move(NAME, directories.get(broken)) == ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }

    @Test
    void theOldLogStaysInServiceWhenTheTargetFails() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            Queue<ReplicaEvent> events = new ConcurrentLinkedQueue<>();
            cluster.broker(1).replicas.onEvent(events::add);
            int target = 1 - directoryOf(cluster, 1);
            moves(cluster, 1).throttle(CRAWL);
            moves(cluster, 1).move(NAME, cluster.disks(1).directories().get(target));
            Await.until(
                    "some is copied",
                    PATIENCE,
                    () -> moves(cluster, 1).underWay().stream().anyMatch(move -> move.sizeInBytes() > 0));

            cluster.disks(1).breakDown(target);
            moves(cluster, 1).throttle(Long.MAX_VALUE);
            Await.until(
                    "the move has ended",
                    PATIENCE,
                    () -> moves(cluster, 1).underWay().isEmpty());
            Await.until("that was told", PATIENCE, () -> !events.isEmpty());
            assertThat(events).extracting(ReplicaEvent::kind).containsExactly(EventKind.DIRECTORY_MOVE_FAILED);
            assertThat(meter(cluster, 1, "curia_directory_moves_failed")).isEqualTo(1);
            assertThat(cluster.append(1, -1, "goes on").error()).isEqualTo(ErrorCode.NONE);
            assertThat(cluster.log(1)).hasSize(21);
        }
    }

    @Test
    void nothingIncompleteComesIntoServiceWhenTheSourceFails() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            int source = directoryOf(cluster, 2);
            Path to = other(cluster, 2);
            moves(cluster, 2).throttle(CRAWL);
            moves(cluster, 2).move(NAME, to);
            Await.until(
                    "some is copied",
                    PATIENCE,
                    () -> moves(cluster, 2).underWay().stream().anyMatch(move -> move.sizeInBytes() > 0));

            cluster.disks(2).breakDown(source);
            cluster.append(1, 1, "more");
            cluster.awaitOffline(2);
            Await.until(
                    "the move has ended",
                    PATIENCE,
                    () -> moves(cluster, 2).underWay().isEmpty());
            assertThat(to.resolve(NAME.toString())).doesNotExist();
            // It is made anew, from its leader, where there is room.
            cluster.actOnReport(2);
            Await.until(
                    "it is back",
                    PATIENCE,
                    () -> cluster.broker(2).replicas.find(NAME).isPresent());
            cluster.awaitEqualLogs(1, 2);
            awaitNoFuture(to);
        }
    }

    @Test
    void aMoveGoesOnByItselfAfterARestart() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            List<String> all = cluster.log(1);
            Path to = other(cluster, 1);
            moves(cluster, 1).throttle(CRAWL);
            moves(cluster, 1).move(NAME, to);
            Await.until(
                    "some is copied",
                    PATIENCE,
                    () -> moves(cluster, 1).underWay().stream().anyMatch(move -> move.sizeInBytes() > 0));
            cluster.stop(1);
            assertThat(names(to)).anyMatch(name -> name.endsWith("-future"));

            cluster.start(1);
            cluster.publish();
            awaitMoved(cluster, 1, to);
            assertThat(cluster.log(1)).isEqualTo(all);
            awaitNoFuture(to);
        }
    }

    @Test
    void aReplicaThatLeavesTakesItsMoveWithIt() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG, 2)) {
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            moves(cluster, 2).throttle(CRAWL);
            moves(cluster, 2).move(NAME, other(cluster, 2));
            Await.until(
                    "some is copied",
                    PATIENCE,
                    () -> moves(cluster, 2).underWay().stream().anyMatch(move -> move.sizeInBytes() > 0));
            cluster.broker(2).replicas.remove(ID, NAME).get(10, TimeUnit.SECONDS);
            assertThat(moves(cluster, 2).underWay()).isEmpty();
            for (Path each : cluster.disks(2).directories()) {
                awaitNoFuture(each);
                assertThat(each.resolve(NAME.toString())).doesNotExist();
            }
        }
    }

    @Test
    void recordsDeletedAndCutMeanwhileAreSoInTheNewPlace() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG, 2)) {
            cluster.configure("segment.bytes", "1048576");
            cluster.elect(1);
            cluster.publish();
            fill(cluster);
            Path ofLeader = other(cluster, 1);
            Path ofFollower = other(cluster, 2);
            moves(cluster, 1).throttle(CRAWL);
            moves(cluster, 2).throttle(CRAWL);
            moves(cluster, 1).move(NAME, ofLeader);
            moves(cluster, 2).move(NAME, ofFollower);
            for (int broker : List.of(1, 2)) {
                Await.until(
                        "some is copied",
                        PATIENCE,
                        () -> moves(cluster, broker).underWay().stream().anyMatch(move -> move.sizeInBytes() > 0));
            }
            CompletableFuture<?> deleted = cluster.replica(1).deleteRecords(5, PATIENCE);
            deleted.get(20, TimeUnit.SECONDS);
            // The follower leads, without what the leader appends meanwhile: that is cut when it follows.
            cluster.setIsr(List.of(2));
            cluster.elect(2);
            cluster.publishTo(2);
            cluster.append(1, 1, "lost");
            cluster.append(2, 1, "kept");
            cluster.publishTo(1);
            cluster.awaitEqualLogs(1, 2);
            for (int broker : List.of(1, 2)) moves(cluster, broker).throttle(Long.MAX_VALUE);
            awaitMoved(cluster, 1, ofLeader);
            awaitMoved(cluster, 2, ofFollower);
            cluster.awaitEqualLogs(1, 2);
            List<String> log = cluster.log(1);
            assertThat(log).hasSize(16).contains("kept").doesNotContain("lost");
            for (int broker : List.of(1, 2)) {
                assertThat(cluster.replica(broker).view().logStartOffset()).isEqualTo(5);
            }
            cluster.stop(1);
            cluster.start(1);
            cluster.publishTo(1);
            assertThat(cluster.log(1)).isEqualTo(log);
        }
    }

    @Test
    void aLogMovesToAndFroWhileItIsCompacted() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG, 2)) {
            cluster.configure("cleanup.policy", "compact");
            cluster.configure("min.cleanable.dirty.ratio", "0");
            cluster.configure("max.compaction.lag.ms", "20");
            cluster.elect(1);
            cluster.publish();
            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger last = new AtomicInteger();
            Queue<ErrorCode> errors = new ConcurrentLinkedQueue<>();
            Thread producer = new Thread(() -> {
                while (!enough.get()) {
                    int number = last.incrementAndGet();
                    errors.add(put(cluster, "key-" + number % 7, "value-" + number));
                }
            });
            producer.start();
            for (int round = 0; round < 6; round++) {
                Path to = other(cluster, 1);
                int before = last.get();
                moves(cluster, 1).move(NAME, to);
                awaitMoved(cluster, 1, to);
                Await.until("more comes", PATIENCE, () -> last.get() > before + 20);
                Await.until(
                        "it is compacted there", PATIENCE, () -> keyed(cluster).size() < last.get());
            }
            enough.set(true);
            producer.join();
            assertThat(errors).containsOnly(ErrorCode.NONE);
            Map<String, String> expected = new TreeMap<>();
            for (int number = 1; number <= last.get(); number++) expected.put("key-" + number % 7, "value-" + number);
            assertThat(newest(cluster)).isEqualTo(expected);
            cluster.stop(1);
            cluster.start(1);
            cluster.publish();
            assertThat(newest(cluster)).isEqualTo(expected);
        }
    }

    private static ErrorCode put(TestCluster cluster, String key, String value) {
        SimpleRecord record = new SimpleRecord(
                CLOCK.wallMillis(), key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
        ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, record).buffer();
        return cluster.replica(1)
                .append(new AppendRequest(
                        batch, (short) -1, PATIENCE, Replica.Origin.CLIENT, OptionalInt.empty(), () -> {}))
                .join()
                .error();
    }

    /** Keys and values in the order of the log. */
    private static List<Map.Entry<String, String>> keyed(TestCluster cluster) {
        List<Map.Entry<String, String>> found = new ArrayList<>();
        PartitionReplica replica = (PartitionReplica) cluster.replica(1);
        long offset = replica.log().logStartOffset();
        while (offset < replica.log().logEndOffset()) {
            try (LogSlice slice =
                    replica.log().read(offset, 1 << 20, true, Long.MAX_VALUE).slice()) {
                for (RecordBatch batch :
                        MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                    for (Record record : batch) found.add(Map.entry(text(record.key()), text(record.value())));
                    offset = batch.nextOffset();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return found;
    }

    private static Map<String, String> newest(TestCluster cluster) {
        Map<String, String> newest = new TreeMap<>();
        keyed(cluster).forEach(entry -> newest.put(entry.getKey(), entry.getValue()));
        return newest;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
