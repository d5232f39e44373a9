package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.NAME;
import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.replica.audit.AuditConfig;
import dev.curia.replica.port.AuditMetrics;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bytes change below the high watermark of running replicas: the auditor finds it, and it is repaired from the good copy. */
@Timeout(60)
class ReplicaAuditorTest {
    private static final Duration LONG_LAG = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<Integer, ReplicaAuditor> auditors = new ConcurrentHashMap<>();
    private final List<EventLoop> loops = new ArrayList<>();
    private final Queue<ReplicaEvent> events = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        loops.forEach(EventLoop::close);
    }

    private TestCluster cluster() throws Exception {
        TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG);
        cluster.elect(1);
        cluster.publish();
        for (int i = 0; i < 50; i++) cluster.append(1, -1, "value-" + i, "more-" + i);
        cluster.awaitEqualLogs(1, 2);
        return cluster;
    }

    /** Each audits what it follows, again and again. */
    private void audit(TestCluster cluster) {
        for (int id : List.of(1, 2)) {
            EventLoop loop = new EventLoop("audit-" + id, 1_000, new SystemClock(), (what, cause) -> {
                throw new AssertionError(what, cause);
            });
            loops.add(loop);
            cluster.broker(id).replicas.onEvent(events::add);
            auditors.put(
                    id,
                    new ReplicaAuditor(
                            new AuditConfig(1L << 30, Duration.ofMillis(20)),
                            new LocalBroker("cluster", id, () -> 1),
                            cluster.broker(id).replicas,
                            (leader, request) -> {
                                ReplicaAuditor asked = auditors.get(leader);
                                return asked == null
                                        ? CompletableFuture.failedFuture(new IllegalStateException("down"))
                                        : asked.answer(request);
                            },
                            loop,
                            new SystemClock(),
                            new AuditMetrics(meters)));
            loop.start();
        }
        auditors.values().forEach(ReplicaAuditor::start);
    }

    private static Path segment(TestCluster cluster, int broker) {
        return cluster.disks(broker).directories().get(0).resolve(NAME + "/00000000000000000000.log");
    }

    /** Changes a value; with {@code forge} as if it had been appended that way. */
    private static void change(Path segment, int batchIndex, boolean forge) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long at = 0;
            for (int i = 0; i < batchIndex; i++) {
                file.seek(at + 8);
                at += 12 + file.readInt();
            }
            file.seek(at + 8);
            byte[] batch = new byte[12 + file.readInt()];
            file.seek(at);
            file.readFully(batch);
            batch[batch.length - 3] ^= 1;
            CRC32C crc = new CRC32C();
            crc.update(batch, 21, batch.length - 21);
            if (forge) ByteBuffer.wrap(batch).putInt(17, (int) crc.getValue());
            file.seek(at);
            file.write(batch);
        }
    }

    private double mismatches(String found) {
        return meters.get("curia_audit_mismatches")
                .tag("found", found)
                .counter()
                .count();
    }

    private double agreed() {
        return meters.get("curia_audit_bytes").counter().count();
    }

    private void awaitGivenUp(TestCluster cluster, int broker, CauseKind cause) {
        Await.until(
                "broker " + broker + " gives its replica up",
                PATIENCE,
                () -> cluster.broker(broker).replicas.troubles().offlineSince().containsKey(TestCluster.ID));
        assertThat(events).anyMatch(e -> e.kind() == EventKind.REPLICAS_DIFFER && e.cause() == cause);
    }

    private void awaitRepaired(TestCluster cluster, int broker) throws Exception {
        cluster.actOnReport(broker);
        Await.until(
                "it is made anew",
                PATIENCE,
                () -> cluster.broker(broker).replicas.find(NAME).isPresent());
        cluster.awaitEqualLogs(1, 2);
        cluster.actOnReport(broker);
        cluster.awaitIsr(List.of(1, 2));
        double before = agreed();
        Await.until(
                "they agree again",
                PATIENCE,
                () -> agreed() > before + segment(cluster, 1).toFile().length());
        assertThat(mismatches("damaged") + mismatches("differs")).isEqualTo(1);
    }

    @Test
    void equalReplicasAgreeWhileMoreIsAppendedAndDeleted() throws Exception {
        try (TestCluster cluster = cluster()) {
            audit(cluster);
            for (int i = 0; i < 200; i++) {
                cluster.append(1, -1, "later-" + i);
                if (i % 50 == 49) {
                    assertThat(cluster.replica(1)
                                    .deleteRecords(i, PATIENCE)
                                    .get()
                                    .error()
                                    .getNumber())
                            .isZero();
                }
            }
            double passes = meters.get("curia_audit_passes").counter().count();
            Await.until(
                    "some more passes",
                    PATIENCE,
                    () -> meters.get("curia_audit_passes").counter().count() > passes + 5);
            assertThat(agreed()).isPositive();
            assertThat(mismatches("damaged") + mismatches("differs")).isZero();
            assertThat(events).isEmpty();
        }
    }

    @Test
    void followersDamagedBatchIsFoundAndTheReplicaIsMadeAnew() throws Exception {
        try (TestCluster cluster = cluster()) {
            change(segment(cluster, 2), 20, false);
            audit(cluster);
            awaitGivenUp(cluster, 2, CauseKind.BAD_CHECKSUM);
            ReplicaEvent event = events.peek();
            assertThat(event.offsets().orElseThrow().from()).isEqualTo(40);
            awaitRepaired(cluster, 2);
        }
    }

    @Test
    void leadersDamagedBatchMakesAnotherLeadAndTheReplicaIsMadeAnew() throws Exception {
        try (TestCluster cluster = cluster()) {
            change(segment(cluster, 1), 7, false);
            audit(cluster);
            awaitGivenUp(cluster, 1, CauseKind.BAD_CHECKSUM);
            Await.until("it is counted", PATIENCE, () -> mismatches("damaged") == 1);
            awaitRepaired(cluster, 1);
            assertThat(cluster.replica(2).view().leading()).isTrue();
            assertThat(cluster.log(1)).contains("value-7");
        }
    }

    @Test
    void wellFormedButDifferentBatchIsTakenFromTheLeader() throws Exception {
        try (TestCluster cluster = cluster()) {
            change(segment(cluster, 2), 30, true);
            audit(cluster);
            awaitGivenUp(cluster, 2, CauseKind.CONTENT_DIFFERS);
            Await.until("it is counted", PATIENCE, () -> mismatches("differs") == 1);
            awaitRepaired(cluster, 2);
        }
    }
}
