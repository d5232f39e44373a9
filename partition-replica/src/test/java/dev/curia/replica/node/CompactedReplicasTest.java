package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T13: real logs, real cleaners, and a replica that is away for longer than tombstones are kept. */
class CompactedReplicasTest {
    private static final Duration LAG_MAX = Duration.ofMillis(300);
    private static final String DELETED = "deleted";
    private static final SystemClock CLOCK = new SystemClock();

    @TempDir
    Path path;

    private TestCluster cluster;
    private int serial;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(path, 3, 1, LAG_MAX);
        cluster.configure("cleanup.policy", "compact");
        cluster.configure("min.cleanable.dirty.ratio", "0");
        cluster.configure("max.compaction.lag.ms", "20");
        cluster.configure("delete.retention.ms", "50");
        cluster.elect(1);
        cluster.publish();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** As the controller does when a broker is gone. */
    private void fence3() throws Exception {
        cluster.setIsr(List.of(1, 2));
        cluster.publish();
    }

    private void put(int broker, String key, @Nullable String value) throws Exception {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        SimpleRecord record = new SimpleRecord(CLOCK.wallMillis(), key.getBytes(StandardCharsets.UTF_8), bytes);
        ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, record).buffer();
        AppendResult result = cluster.replica(broker)
                .append(new AppendRequest(
                        batch, (short) -1, TestCluster.PATIENCE, Replica.Origin.CLIENT, OptionalInt.empty(), () -> {}))
                .get(TestCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.error()).isEqualTo(ErrorCode.NONE);
    }

    /** The newest value of each key that is in a broker's log, by its offsets; a tombstone counts as {@link #DELETED}. */
    private Map<String, String> log(int broker) {
        Map<String, String> found = new TreeMap<>();
        PartitionReplica replica = (PartitionReplica) cluster.replica(broker);
        long offset = replica.log().logStartOffset();
        while (offset < replica.log().logEndOffset()) {
            try (var slice =
                    replica.log().read(offset, 1 << 20, true, Long.MAX_VALUE).slice()) {
                for (RecordBatch batch :
                        MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                    for (Record record : batch) {
                        String key = StandardCharsets.UTF_8.decode(record.key()).toString();
                        String value = record.hasValue()
                                ? StandardCharsets.UTF_8.decode(record.value()).toString()
                                : DELETED;
                        found.put(key, value);
                    }
                    offset = batch.nextOffset();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return found;
    }

    private long records(int broker, String key) {
        PartitionReplica replica = (PartitionReplica) cluster.replica(broker);
        long offset = replica.log().logStartOffset();
        long count = 0;
        while (offset < replica.log().logEndOffset()) {
            try (var slice =
                    replica.log().read(offset, 1 << 20, true, Long.MAX_VALUE).slice()) {
                for (RecordBatch batch :
                        MemoryRecords.readableRecords(slice.toBuffer()).batches()) {
                    for (Record record : batch) {
                        if (StandardCharsets.UTF_8
                                .decode(record.key())
                                .toString()
                                .equals(key)) count++;
                    }
                    offset = batch.nextOffset();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return count;
    }

    /** Writes until each of the brokers has compacted what was written before this call. */
    private void compact(int leader, int... brokers) throws Exception {
        String key = "round-" + serial++;
        put(leader, key, "old");
        put(leader, key, "new");
        for (int broker : brokers) {
            Await.until("broker " + broker + " compacts", TestCluster.PATIENCE, () -> {
                put(leader, "tick", "" + serial++);
                return records(broker, key) == 1;
            });
        }
    }

    private void awaitGone(String key, int leader, int... brokers) {
        for (int broker : brokers) {
            Await.until("tombstone of " + key + " is gone from broker " + broker, TestCluster.PATIENCE, () -> {
                put(leader, "tick", "" + serial++);
                return !log(broker).containsKey(key);
            });
        }
    }

    @Test
    void i26AReplicaThatWasAwayFindsTheTombstone() throws Exception {
        put(1, "a", "1");
        put(1, "b", "1");
        Await.until("3 has both", TestCluster.PATIENCE, () -> log(3).size() == 2);
        cluster.stop(3);
        fence3();
        put(1, "a", null);
        // Each time later than delete.retention.ms after the tombstone was met first.
        for (int round = 0; round < 4; round++) compact(1, 1, 2);

        assertThat(log(1)).containsEntry("a", DELETED);
        assertThat(log(2)).containsEntry("a", DELETED);

        cluster.start(3);
        cluster.publish();
        cluster.awaitIsr(List.of(1, 2, 3));
        Await.until("3 heard of it", TestCluster.PATIENCE, () -> !"1".equals(log(3).get("a")));
        awaitGone("a", 1, 1, 2, 3);
        cluster.elect(3);
        cluster.publish();
        compact(3, 1, 2, 3);
        for (int broker : List.of(1, 2, 3)) {
            assertThat(log(broker)).doesNotContainKey("a").containsEntry("b", "1");
        }
    }

    /** A disk that went back in time, as after a power loss, or a restored copy: what was removed meanwhile it will not hear of again. */
    @Test
    void i26AReplicaThatLostItsTailCopiesAllWhenTombstonesAreGone() throws Exception {
        put(1, "a", "1");
        put(1, "b", "1");
        Await.until("3 has both", TestCluster.PATIENCE, () -> log(3).size() == 2);
        cluster.stop(3);
        Path early = path.resolve("early");
        copy(path.resolve("broker-3"), early);
        cluster.start(3);
        cluster.publish();
        put(1, "a", null);
        compact(1, 1, 2, 3);
        awaitGone("a", 1, 1, 2, 3);
        cluster.stop(3);
        fence3();
        copy(early, path.resolve("broker-3"));

        cluster.start(3);
        cluster.publish();

        cluster.awaitIsr(List.of(1, 2, 3));
        Await.until("3 has what 1 has", TestCluster.PATIENCE, () -> log(3).equals(log(1)));
        assertThat(log(3)).doesNotContainKey("a").containsEntry("b", "1");
    }

    /** Having copied from a log without the tombstone, it knows that it may lack it too. */
    @Test
    void aNewReplicaInheritsWhatItsLeaderMayLack() throws Exception {
        cluster.stop(3);
        delete(path.resolve("broker-3"));
        fence3();
        put(1, "a", "1");
        put(1, "a", null);
        cluster.startEmptied(3);
        cluster.awaitIsr(List.of(1, 2, 3));
        awaitGone("a", 1, 1, 2, 3);
        long lacks = ((PartitionReplica) cluster.replica(1)).log().compaction().deletesRemovedTo();
        assertThat(lacks).isPositive();
        cluster.stop(3);
        delete(path.resolve("broker-3"));
        fence3();
        cluster.startEmptied(3);
        cluster.awaitIsr(List.of(1, 2, 3));

        assertThat(((PartitionReplica) cluster.replica(3)).log().compaction().deletesRemovedTo())
                .isGreaterThanOrEqualTo(lacks);
        assertThat(log(3)).doesNotContainKey("a");
    }

    private static void copy(Path from, Path to) throws IOException {
        delete(to);
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) return;
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(each);
        }
    }
}
