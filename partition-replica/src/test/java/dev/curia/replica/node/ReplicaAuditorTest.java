package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.NAME;
import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.replica.audit.AuditConfig;
import dev.curia.replica.port.AuditMetrics;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
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

    private final Set<Integer> silent = ConcurrentHashMap.newKeySet();
    private final AtomicInteger askedInVain = new AtomicInteger();

    @AfterEach
    void close() {
        loops.forEach(EventLoop::close);
    }

    private TestCluster cluster() throws Exception {
        return cluster(2);
    }

    private TestCluster cluster(int size) throws Exception {
        TestCluster cluster = new TestCluster(dir, size, 1, LONG_LAG);
        cluster.elect(1);
        cluster.publish();
        for (int i = 0; i < 50; i++) cluster.append(1, -1, "value-" + i, "more-" + i);
        for (int id = 2; id <= size; id++) cluster.awaitEqualLogs(1, id);
        return cluster;
    }

    /** Each audits what it follows, again and again. */
    private void audit(TestCluster cluster) {
        for (int id : cluster.brokers.keySet()) {
            EventLoop loop = new EventLoop("audit-" + id, 1_000, new SystemClock(), (what, cause) -> {
                throw new AssertionError(what, cause);
            });
            loops.add(loop);
            cluster.broker(id).replicas.onEvent(events::add);
            auditors.put(
                    id,
                    new ReplicaAuditor(
                            new AuditConfig(1L << 30, Duration.ofMillis(20)),
                            new LocalBroker("cluster", id, () -> 1, LeaderLease.ALWAYS),
                            cluster.broker(id).replicas,
                            (leader, request) -> {
                                ReplicaAuditor asked = auditors.get(leader);
                                if (asked != null && !silent.contains(leader)) return asked.answer(request);
                                askedInVain.incrementAndGet();
                                return CompletableFuture.failedFuture(new IllegalStateException("down"));
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
        List<Integer> all = cluster.brokers.keySet().stream().sorted().toList();
        cluster.actOnReport(broker);
        Await.until(
                "it is made anew",
                PATIENCE,
                () -> cluster.broker(broker).replicas.find(NAME).isPresent());
        for (int id : all) cluster.awaitEqualLogs(all.get(0), id);
        cluster.actOnReport(broker);
        Await.until(
                "all are in sync",
                PATIENCE,
                () -> cluster.isr().stream().sorted().toList().equals(all));
        cluster.publish(); // who does not know that it is in sync is not compared
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

    @Test
    void theLeaderIsMadeAnewWhenTwoFollowersAgreeAgainstIt() throws Exception {
        try (TestCluster cluster = cluster(3)) {
            change(segment(cluster, 1), 30, true);
            audit(cluster);
            awaitGivenUp(cluster, 1, CauseKind.CONTENT_DIFFERS);
            assertThat(events.peek().offsets().orElseThrow().from()).isEqualTo(60);
            Await.until("it is counted", PATIENCE, () -> mismatches("differs") == 1);
            awaitRepaired(cluster, 1);
            assertThat(cluster.replica(1).view().leading()).isFalse();
            assertThat(cluster.log(1)).contains("value-30", "more-30");
        }
    }

    @Test
    void theFollowerIsMadeAnewWhenTheOthersAgreeAgainstIt() throws Exception {
        try (TestCluster cluster = cluster(3)) {
            change(segment(cluster, 3), 30, true);
            audit(cluster);
            awaitGivenUp(cluster, 3, CauseKind.CONTENT_DIFFERS);
            Await.until("it is counted", PATIENCE, () -> mismatches("differs") == 1);
            awaitRepaired(cluster, 3);
            assertThat(cluster.replica(1).view().leading()).isTrue();
        }
    }

    @Test
    void thereIsNoVerdictWhileTheWitnessDoesNotAnswer() throws Exception {
        try (TestCluster cluster = cluster(3)) {
            change(segment(cluster, 3), 30, true);
            silent.add(2);
            audit(cluster);
            Await.until("it is asked", PATIENCE, () -> askedInVain.get() > 5);
            assertThat(events).isEmpty();
            silent.clear();
            awaitGivenUp(cluster, 3, CauseKind.CONTENT_DIFFERS);
        }
    }

    /** In virtual time, over several segments. */
    @Test
    void readsNoFasterThanItMay() throws Exception {
        try (TestCluster cluster = bigCluster()) {
            Virtual virtual = new Virtual();
            auditors.put(1, virtual.auditor(cluster, 1, UnaryOperator.identity()));
            auditors.put(2, virtual.auditor(cluster, 2, UnaryOperator.identity()));
            virtual.run(auditorOf(2), () -> passes() == 3);
            assertThat(agreed()).isGreaterThan(3 * 3_000_000);
            assertThat(virtual.clock.monotonicNanos() / 1e9)
                    .isBetween(agreed() / Virtual.BYTES_PER_SECOND, 1.01 * agreed() / Virtual.BYTES_PER_SECOND);
            assertThat(mismatches("damaged") + mismatches("differs")).isZero();
        }
    }

    /** The answer belongs to an epoch that is over: whatever it says, the next pass asks again. */
    @Test
    void whatWasComparedInAnotherLeaderEpochIsNoMismatch() throws Exception {
        try (TestCluster cluster = cluster()) {
            change(segment(cluster, 1), 20, true);
            Virtual virtual = new Virtual();
            AtomicInteger answers = new AtomicInteger();
            auditors.put(1, virtual.auditor(cluster, 1, UnaryOperator.identity()));
            auditors.put(2, virtual.auditor(cluster, 2, response -> {
                if (answers.incrementAndGet() == 2) newEpoch(cluster);
                return response;
            }));
            virtual.run(auditorOf(2), () -> passes() == 1);
            assertThat(answers).hasValue(2);
            assertThat(events).isEmpty();
            assertThat(mismatches("differs")).isZero();

            virtual.run(auditorOf(2), () -> mismatches("differs") == 1);
        }
    }

    private static void newEpoch(TestCluster cluster) {
        try {
            cluster.elect(1);
            cluster.publish();
            int epoch = cluster.replica(1).view().leaderEpoch();
            Await.until(
                    "broker 2 knows", PATIENCE, () -> cluster.replica(2).view().leaderEpoch() == epoch);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private TestCluster bigCluster() throws Exception {
        TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG);
        cluster.configure("segment.bytes", "1048576");
        cluster.elect(1);
        cluster.publish();
        String value = "x".repeat(100_000);
        for (int i = 0; i < 40; i++) cluster.append(1, -1, i + value);
        Await.until(
                "all is committed on both",
                PATIENCE,
                () -> cluster.replica(2).view().highWatermark() == 40);
        return cluster;
    }

    private ReplicaAuditor auditorOf(int broker) {
        return Objects.requireNonNull(auditors.get(broker));
    }

    private double passes() {
        return meters.get("curia_audit_passes").counter().count();
    }

    /** A loop on the test's thread, and time that passes only when nothing else is left to do. */
    private final class Virtual {
        static final double BYTES_PER_SECOND = 500_000;

        final ManualClock clock = new ManualClock();
        private long count;
        private final PriorityQueue<Turn> turns =
                new PriorityQueue<>(Comparator.comparingLong(Turn::at).thenComparingLong(Turn::number));
        private final EventLoop loop = EventLoop.driven(
                "audit",
                1_000,
                clock,
                (what, cause) -> {
                    throw new AssertionError(what, cause);
                },
                (delay, turn) -> turns.add(new Turn(clock.monotonicNanos() + delay, ++count, turn)));
        private boolean started;

        ReplicaAuditor auditor(TestCluster cluster, int id, UnaryOperator<DigestResponse> answers) {
            cluster.broker(id).replicas.onEvent(events::add);
            return new ReplicaAuditor(
                    new AuditConfig((long) BYTES_PER_SECOND, Duration.ofMillis(1)),
                    new LocalBroker("cluster", id, () -> 1, LeaderLease.ALWAYS),
                    cluster.broker(id).replicas,
                    (broker, request) -> auditorOf(broker).answer(request).thenApply(answers),
                    loop,
                    clock,
                    new AuditMetrics(meters));
        }

        void run(ReplicaAuditor follower, BooleanSupplier until) {
            if (!started) {
                loop.start();
                follower.start();
                started = true;
            }
            while (!until.getAsBoolean()) {
                Turn next = turns.remove();
                clock.advance(Duration.ofNanos(Math.max(0, next.at - clock.monotonicNanos())));
                next.turn.run();
            }
        }

        private record Turn(long at, long number, Runnable turn) {}
    }
}
