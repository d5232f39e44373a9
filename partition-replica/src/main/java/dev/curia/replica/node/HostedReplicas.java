package dev.curia.replica.node;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.replica.Replica;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.Replicas;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicas of this broker: opens and creates logs as assignments come, spreads partitions over the partition loops, writes
 * checkpoints, and stops cleanly. Owns its threads and, from construction on, the log directories. Thread-safe.
 */
public final class HostedReplicas implements Replicas, ReplicationSource.Directory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedReplicas.class);
    private static final int INBOX = 16_384;
    private static final long STOP_SECONDS = 30;

    private final ReplicaContext context;
    private final ReplicaStore store;
    private final List<PartitionLoop> loops = new ArrayList<>();
    private final ExecutorService disk;
    private final Map<PartitionId, PartitionReplica> byId = new ConcurrentHashMap<>();
    private final Map<TopicPartition, PartitionReplica> byName = new ConcurrentHashMap<>();

    /** The last change under way for each partition name: changes of one partition happen one after the other. */
    private final Map<TopicPartition, CompletableFuture<Void>> changes = new ConcurrentHashMap<>();

    private final AtomicBoolean open = new AtomicBoolean(true);

    private record PartitionLoop(EventLoop loop, ChunkBuffer buffer) {}

    /**
     * Reads which partitions are on disk; opens none yet.
     *
     * @param directories owned from here on
     * @param links closed by the caller, after this
     */
    public HostedReplicas(
            LocalBroker self,
            ReplicaConfig config,
            Clock clock,
            FaultHandler faults,
            LogDirectories directories,
            IsrProposals proposals,
            ReplicaLinks links,
            ReplicaMetrics metrics)
            throws IOException {
        this.context = new ReplicaContext(self, config, clock, proposals, links, metrics);
        this.store = new ReplicaStore(directories);
        for (int i = 0; i < config.loops(); i++) {
            loops.add(new PartitionLoop(new EventLoop("partition-loop-" + i, INBOX, clock, faults), new ChunkBuffer()));
        }
        this.disk = Executors.newFixedThreadPool(config.openThreads(), threads("replica-disk-"));
    }

    /** Starts the threads and the periodic work. Once, before anything else. */
    public void start() {
        for (PartitionLoop each : loops) {
            each.loop().start();
            scheduleTick(each);
        }
        scheduleCheckpoint();
        scheduleRetention();
        context.metrics()
                .watch(
                        () -> snapshots().filter(s -> s.view().leading()).count(),
                        () -> snapshots().filter(s -> !s.view().leading()).count(),
                        () -> snapshots().filter(Snapshot::underReplicated).count(),
                        () -> snapshots().filter(Snapshot::underMinIsr).count(),
                        () -> lags().max().orElse(0));
        context.metrics()
                .watchProducers(() -> byId.values().stream()
                        .mapToLong(PartitionReplica::producerCount)
                        .sum());
    }

    @Override
    public Optional<Replica> find(TopicPartition partition) {
        return Optional.ofNullable(byName.get(partition));
    }

    @Override
    public Optional<Replica> find(PartitionId partition) {
        return Optional.ofNullable(byId.get(partition));
    }

    @Override
    public Optional<ReplicationSource> source(PartitionId partition) {
        return Optional.ofNullable(byId.get(partition));
    }

    /** The replicas open now. */
    public List<Replica> all() {
        return List.copyOf(byId.values());
    }

    /**
     * Makes this broker hold the partition as assigned: opens its log, or makes one, and leads or follows. Assignments of one partition take
     * effect in the order given; an older partition epoch than the present one changes nothing.
     *
     * @return completes when in effect; fails with the reason when the log cannot be opened: the replica is offline, the others go on
     */
    public CompletableFuture<Void> apply(ReplicaAssignment assignment) {
        return change(assignment.name(), () -> {
            PartitionReplica present = byName.get(assignment.name());
            if (present != null && present.id().equals(assignment.id())) return present.apply(assignment);
            CompletableFuture<Void> free = present == null
                    ? CompletableFuture.completedFuture(null)
                    : delete(present, "its topic was deleted");
            return free.thenCompose(x -> open(assignment).apply(assignment));
        });
    }

    /** Ends the replica and deletes its files; nothing happens when there is none. */
    public CompletableFuture<Void> remove(PartitionId id) {
        PartitionReplica known = byId.get(id);
        if (known == null) return CompletableFuture.completedFuture(null);
        return change(known.name(), () -> {
            PartitionReplica present = byId.get(id);
            return present == null
                    ? CompletableFuture.completedFuture(null)
                    : delete(present, "it is no longer assigned to this broker");
        });
    }

    /**
     * A clean stop: ends all replicas, writes checkpoints, closes the logs so that the next start scans nothing. Before it the broker should
     * have handed over leadership; after it the caller closes the links and the replication service.
     */
    @Override
    public void close() {
        if (!open.getAndSet(false)) return;
        await("changes under way", List.copyOf(changes.values()));
        List<CompletableFuture<Void>> stops = new ArrayList<>();
        byId.values().forEach(replica -> stops.add(replica.stop("this broker stops")));
        await("replicas", stops);
        loops.forEach(each -> each.loop().close());
        disk.shutdown();
        try {
            if (!disk.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) LOG.warn("disk work goes on after the stop");
            store.checkpoint(highWatermarks());
            store.close(context.self().brokerEpoch().getAsLong());
        } catch (IOException e) {
            LOG.warn("the stop was not clean; the next start scans the logs", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        byId.clear();
        byName.clear();
    }

    private CompletableFuture<Void> change(TopicPartition name, Supplier<CompletableFuture<Void>> step) {
        if (!open.get()) return CompletableFuture.failedFuture(new IllegalStateException("this broker stops"));
        CompletableFuture<Void> next = changes.compute(name, (n, last) -> {
            CompletableFuture<Void> free =
                    last == null ? CompletableFuture.completedFuture(null) : last.exceptionally(failed -> null);
            return free.thenComposeAsync(x -> step.get(), disk);
        });
        return next.whenComplete((done, failure) -> {
            changes.remove(name, next);
            if (failure != null) LOG.error("{} is not available on this broker", name, failure);
        });
    }

    private PartitionReplica open(ReplicaAssignment assignment) {
        try {
            ReplicaStore.Opened opened =
                    store.open(assignment.name(), assignment.id().topicId(), LogConfig.of(assignment.config()));
            PartitionLoop owner = loops.get(Math.floorMod(assignment.id().hashCode(), loops.size()));
            PartitionReplica replica = new PartitionReplica(
                            assignment.id(),
                            opened.log(),
                            opened.highWatermark(),
                            context,
                            owner.loop(),
                            owner.buffer())
                    .watched();
            byId.put(assignment.id(), replica);
            byName.put(assignment.name(), replica);
            return replica;
        } catch (IOException e) {
            throw new CompletionException("cannot open " + assignment.name(), e);
        }
    }

    private CompletableFuture<Void> delete(PartitionReplica replica, String why) {
        LOG.info("removing {} ({}): {}", replica.name(), replica.id(), why);
        byId.remove(replica.id(), replica);
        byName.remove(replica.name(), replica);
        return replica.stop(why)
                .thenRunAsync(
                        () -> {
                            try {
                                store.delete(replica.name());
                            } catch (IOException e) {
                                throw new CompletionException("cannot delete " + replica.name(), e);
                            }
                        },
                        disk);
    }

    private void scheduleTick(PartitionLoop owner) {
        owner.loop().schedule(tickNanos(), () -> {
            for (PartitionReplica replica : byId.values()) if (replica.runsOn(owner.loop())) replica.tick();
            scheduleTick(owner);
        });
    }

    /** Often enough that a lagging follower leaves in time, seldom enough to cost nothing. */
    private long tickNanos() {
        long quarter = context.config().lagTimeMax().toNanos() / 4;
        return Math.max(10_000_000, Math.min(quarter, 500_000_000));
    }

    private void scheduleCheckpoint() {
        EventLoop timer = loops.get(0).loop();
        timer.schedule(context.config().checkpointInterval().toNanos(), () -> {
            if (open.get()) disk.execute(this::checkpoint);
            scheduleCheckpoint();
        });
    }

    private void scheduleRetention() {
        loops.get(0).loop().schedule(context.config().retentionCheck().toNanos(), () -> {
            if (open.get()) disk.execute(() -> byId.values().forEach(PartitionReplica::applyRetention));
            scheduleRetention();
        });
    }

    private void checkpoint() {
        try {
            store.checkpoint(highWatermarks());
        } catch (IOException e) {
            LOG.error("cannot write checkpoints; after a crash more of the logs is scanned", e);
        }
    }

    private Map<TopicPartition, Long> highWatermarks() {
        Map<TopicPartition, Long> now = new HashMap<>();
        byName.forEach((name, replica) -> now.put(name, replica.view().highWatermark()));
        return now;
    }

    private Stream<Snapshot> snapshots() {
        return byId.values().stream().map(PartitionReplica::snapshot);
    }

    private LongStream lags() {
        return snapshots().mapToLong(Snapshot::maxLag);
    }

    private static void await(String what, List<CompletableFuture<Void>> all) {
        try {
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                    .exceptionally(reported -> null)
                    .get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("{} did not end within {} s", what, STOP_SECONDS, e);
        }
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
