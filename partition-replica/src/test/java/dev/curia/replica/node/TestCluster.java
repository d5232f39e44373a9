package dev.curia.replica.node;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.ReadRequest;
import dev.curia.replica.Replica.ReadResult;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.ReplicaTroubles;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.Peers;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Brokers in one JVM, one partition, and a controller in memory that obeys the leader. */
final class TestCluster implements AutoCloseable, IsrProposals {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final PartitionId ID = new PartitionId(new Uuid(7, 7), 0);
    static final TopicPartition NAME = new TopicPartition("orders", 0);

    final Map<Integer, TestBroker> brokers = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<Integer, TestBroker.Disks> disks = new ConcurrentHashMap<>();
    private final Map<Integer, Set<PartitionId>> reported = new ConcurrentHashMap<>();
    private final ReplicaConfig config;
    private final List<Integer> replicaIds;
    private final Map<String, String> topicConfig = new ConcurrentHashMap<>();
    private long brokerEpochs = 100;

    // Guarded by this: the controller's truth.
    private int leader;
    private int leaderEpoch;
    private int partitionEpoch;
    private List<Integer> isr;
    private boolean refuseProposals;

    TestCluster(Path root, int size, int minInsync, Duration lagMax) throws Exception {
        this(root, size, minInsync, lagMax, 1);
    }

    TestCluster(Path root, int size, int minInsync, Duration lagMax, Duration checkpointInterval) throws Exception {
        this(root, size, minInsync, lagMax, checkpointInterval, 1);
    }

    TestCluster(Path root, int size, int minInsync, Duration lagMax, int directories) throws Exception {
        this(root, size, minInsync, lagMax, Duration.ofMillis(200), directories);
    }

    private TestCluster(
            Path root, int size, int minInsync, Duration lagMax, Duration checkpointInterval, int directories)
            throws Exception {
        this.config = new ReplicaConfig(
                lagMax, checkpointInterval, Duration.ofMinutes(1), Duration.ofMinutes(5), ProducerLimits.defaults(), 2);
        this.topicConfig.put("min.insync.replicas", Integer.toString(minInsync));
        this.replicaIds = new ArrayList<>();
        for (int id = 1; id <= size; id++) replicaIds.add(id);
        this.isr = List.copyOf(replicaIds);
        for (int id : replicaIds) {
            List<Path> paths = new ArrayList<>();
            for (int d = 0; d < directories; d++) paths.add(root.resolve("broker-" + id + (d == 0 ? "" : "-" + d)));
            disks.put(id, TestBroker.Disks.of(paths));
        }
        for (int id : replicaIds) start(id);
    }

    void start(int id) throws IOException {
        startWithOldMetadata(id);
        broker(id).replicas.metadataIsCurrent("");
    }

    void startWithOldMetadata(int id) throws IOException {
        Peers peers = peer -> Optional.ofNullable(brokers.get(peer)).map(TestBroker::address);
        brokers.put(
                id,
                new TestBroker(
                        id,
                        brokerEpochs++,
                        disks(id),
                        config,
                        peers,
                        this,
                        (what, cause) -> faults.add(what + ": " + cause)));
    }

    TestBroker.Disks disks(int id) {
        return Objects.requireNonNull(disks.get(id));
    }

    boolean isOffline(int id) {
        HostedReplicas replicas = broker(id).replicas;
        return replicas.troubles().offlineSince().containsKey(ID)
                && replicas.find(NAME).isEmpty();
    }

    /** Out of use, and in the broker's report, which is a moment later. */
    void awaitOffline(int id) {
        Await.until("the replica is offline", PATIENCE, () -> isOffline(id));
    }

    /** Does with the broker's report of its offline replicas what a controller does, and tells it so. */
    void actOnReport(int id) throws Exception {
        ReplicaTroubles report = broker(id).replicas.troubles();
        synchronized (this) {
            reported.put(id, report.offlineSince().keySet());
            if (report.offlineSince().containsKey(ID)) {
                partitionEpoch++;
                if (isr.size() > 1)
                    isr = isr.stream().filter(other -> other != id).toList();
                if (leader == id) {
                    leaderEpoch++;
                    leader = isr.contains(id) ? -1 : isr.get(0);
                }
            }
        }
        for (int other : brokers.keySet()) tellAssignment(other);
        broker(id).replicas.reportActedOn(report.version());
    }

    /** A broker comes back with empty disks and out of the ISR: its replica is made anew. */
    void startEmptied(int id) throws Exception {
        start(id);
        tellAssignment(id);
        actOnReport(id);
        Await.until(
                "the replica is made anew",
                PATIENCE,
                () -> broker(id).replicas.find(NAME).isPresent());
        actOnReport(id);
    }

    private void tellAssignment(int id) throws Exception {
        try {
            publishTo(id);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof ReplicaOfflineException)) throw e;
        }
    }

    void stop(int id) {
        TestBroker broker = brokers.remove(id);
        if (broker != null) broker.close();
    }

    synchronized void elect(int newLeader) {
        leader = newLeader;
        leaderEpoch++;
        partitionEpoch++;
    }

    synchronized void setIsr(List<Integer> newIsr) {
        isr = newIsr;
        partitionEpoch++;
    }

    /** For the next assignments; null: back to the default. */
    void configure(String key, @Nullable String value) {
        if (value == null) topicConfig.remove(key);
        else topicConfig.put(key, value);
    }

    synchronized void refuseProposals(boolean refuse) {
        refuseProposals = refuse;
    }

    synchronized List<Integer> isr() {
        return isr;
    }

    synchronized ReplicaAssignment assignment() {
        return new ReplicaAssignment(
                ID, NAME, leader, leaderEpoch, partitionEpoch, replicaIds, isr, List.of(), topicConfig);
    }

    /** Tells every running broker. */
    void publish() throws Exception {
        for (int id : brokers.keySet()) publishTo(id);
    }

    void publishTo(int id) throws Exception {
        broker(id).replicas.apply(assignment()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public synchronized CompletableFuture<Verdict> propose(Proposal proposal) {
        if (refuseProposals) return CompletableFuture.completedFuture(Verdict.failed(ErrorCode.REQUEST_TIMED_OUT));
        if (proposal.leaderEpoch() != leaderEpoch) {
            return CompletableFuture.completedFuture(Verdict.failed(ErrorCode.FENCED_LEADER_EPOCH));
        }
        if (proposal.partitionEpoch() != partitionEpoch) {
            return CompletableFuture.completedFuture(Verdict.failed(ErrorCode.INVALID_UPDATE_VERSION));
        }
        for (Member member : proposal.isr()) {
            boolean offline = reported.getOrDefault(member.brokerId(), Set.of()).contains(ID);
            if (offline) return CompletableFuture.completedFuture(Verdict.failed(ErrorCode.INELIGIBLE_REPLICA));
        }
        isr = proposal.isr().stream().map(Member::brokerId).toList();
        partitionEpoch++;
        return CompletableFuture.completedFuture(
                new Verdict(ErrorCode.NONE, leader, leaderEpoch, partitionEpoch, isr, List.of()));
    }

    TestBroker broker(int id) {
        return Objects.requireNonNull(brokers.get(id), "broker " + id + " is down");
    }

    Replica replica(int id) {
        return broker(id).replicas.find(NAME).orElseThrow();
    }

    CompletableFuture<AppendResult> send(int broker, int acks, String... values) {
        return send(broker, acks, Duration.ofSeconds(10), values);
    }

    CompletableFuture<AppendResult> send(int broker, int acks, Duration timeout, String... values) {
        return replica(broker)
                .append(new AppendRequest(
                        batch(values), (short) acks, timeout, Replica.Origin.CLIENT, OptionalInt.empty(), () -> {}));
    }

    AppendResult append(int broker, int acks, String... values)
            throws ExecutionException, InterruptedException, TimeoutException {
        return send(broker, acks, values).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** As {@link #append}, with a time. */
    AppendResult appendAt(int broker, int acks, long timestampMs, String value)
            throws ExecutionException, InterruptedException, TimeoutException {
        return replica(broker)
                .append(new AppendRequest(
                        batchAt(timestampMs, value),
                        (short) acks,
                        PATIENCE,
                        Replica.Origin.CLIENT,
                        OptionalInt.empty(),
                        () -> {}))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static ByteBuffer batch(String... values) {
        return batchAt(1_700_000_000_000L, values);
    }

    private static ByteBuffer batchAt(long timestampMs, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++)
            records[i] = new SimpleRecord(timestampMs, null, values[i].getBytes(StandardCharsets.UTF_8));
        return MemoryRecords.withRecords(Compression.NONE, records).buffer();
    }

    /** What is in a broker's log on disk, all of it, whatever its role. */
    List<String> log(int broker) {
        List<String> values = new ArrayList<>();
        PartitionReplica replica = (PartitionReplica) replica(broker);
        long offset = replica.log().logStartOffset();
        while (offset < replica.log().logEndOffset()) {
            try (var slice =
                    replica.log().read(offset, 1 << 20, true, Long.MAX_VALUE).slice()) {
                for (Record record :
                        MemoryRecords.readableRecords(slice.toBuffer()).records()) {
                    if (record.offset() < offset) continue;
                    ByteBuffer value = record.value();
                    byte[] bytes = new byte[value.remaining()];
                    value.get(bytes);
                    values.add(new String(bytes, StandardCharsets.UTF_8));
                    offset = record.offset() + 1;
                }
            } catch (IOException e) {
                values.add("cut while it was read: " + e.getMessage());
                return values;
            }
        }
        return values;
    }

    /** What a consumer sees at the leader. */
    ReadResult read(int broker, long offset) {
        return replica(broker)
                .read(new ReadRequest(
                        offset, 1 << 20, true, Isolation.READ_UNCOMMITTED, OptionalInt.empty(), OptionalInt.empty()));
    }

    /** What a consumer sees that reads there whether it leads or not. */
    ReadResult readHere(int broker, long offset) {
        return replica(broker)
                .read(new ReadRequest(
                        offset,
                        1 << 20,
                        true,
                        Isolation.READ_UNCOMMITTED,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        true));
    }

    void awaitEqualLogs(int one, int other) {
        Await.until("logs of " + one + " and " + other + " equal", PATIENCE, () -> log(one).equals(log(other)));
    }

    void awaitIsr(List<Integer> expected) {
        Await.until("isr " + expected + " instead of " + isr(), PATIENCE, () -> isr().equals(expected));
    }

    @Override
    public void close() {
        for (int id : List.copyOf(brokers.keySet())) stop(id);
        if (!faults.isEmpty()) throw new AssertionError("faults: " + faults);
    }
}
