package dev.curia.replica.node;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.log.LogDirectories;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.replica.Replica;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.ReplicaTroubles;
import dev.curia.replica.Replicas;
import dev.curia.replica.node.OfflineRegistry.Entry;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaEvents;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.state.OfflineCause;
import dev.curia.replica.state.OfflineCause.Remedy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicas of this broker: opens and creates logs as assignments come, spreads partitions over the partition loops, writes
 * checkpoints, and stops cleanly. Owns its threads and, from construction on, the log directories. Thread-safe.
 */
public final class HostedReplicas implements Replicas, ReplicationSource.Directory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedReplicas.class);
    private static final long STOP_SECONDS = 30;
    private static final Duration TROUBLES_CHECK = Duration.ofSeconds(1);
    /** So long is waited for more of them before the controller is told. */
    private static final Duration TROUBLES_GATHER = Duration.ofMillis(20);

    private final ReplicaContext context;
    private final ReplicaStore store;
    private final List<PartitionLoop> loops = new ArrayList<>();
    private final ExecutorService disk;
    private final Map<PartitionId, PartitionReplica> byId = new ConcurrentHashMap<>();
    private final Map<TopicPartition, PartitionReplica> byName = new ConcurrentHashMap<>();

    /** The last change under way for each partition name: changes of one partition happen one after the other. */
    private final Map<TopicPartition, CompletableFuture<Void>> changes = new ConcurrentHashMap<>();

    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable CompletableFuture<Void> ended; // guarded by this
    private final OfflineRegistry offline = new OfflineRegistry();
    private final Housekeeping housekeeping;
    private final DirectoryMoves moves;
    private final AtomicBoolean tellingOfTroubles = new AtomicBoolean();
    private volatile Runnable troublesListener = () -> {};
    private volatile ReplicaEvents eventListener = event -> {};
    private volatile boolean metadataCurrent;
    private volatile boolean firstAssignmentsGiven;

    /**
     * Reads which partitions are on disk; opens none yet.
     *
     * @param threads owned from here on, as are the {@code directories}
     * @param links closed by the caller, after this
     */
    public HostedReplicas(
            LocalBroker self,
            ReplicaConfig config,
            Clock clock,
            ReplicaThreads threads,
            LogDirectories directories,
            IsrProposals proposals,
            ReplicaLinks links,
            ReplicaMetrics metrics) {
        this.context = new ReplicaContext(
                self,
                config,
                clock,
                proposals,
                links,
                metrics,
                new Throttles(clock),
                event -> eventListener.happened(event));
        this.store = new ReplicaStore(directories, self.brokerEpoch());
        for (EventLoop loop : threads.loops()) loops.add(PartitionLoop.of(loop));
        this.disk = threads.disk();
        this.housekeeping = new Housekeeping(config, store, byId.values(), loops, disk, open);
        EventLoop timer = loops.get(0).loop();
        this.moves = new DirectoryMoves(store, n -> Optional.ofNullable(byName.get(n)), context, timer, disk);
        directories.onFailure(housekeeping::tickSoon);
    }

    /**
     * Kafka's throttles (KIP-73), in bytes a second; unbounded is {@link Long#MAX_VALUE}. Thread-safe.
     *
     * @param asLeader what this broker sends to the replicas that are throttled by their leaders
     * @param ofFollowers by broker id, what it sends to those that are throttled as followers
     */
    public void throttle(long asLeader, Map<Integer, Long> ofFollowers) {
        context.throttles().rates(new Throttles.Rates(asLeader, ofFollowers));
    }

    /** The moves of this broker's replicas between its log directories. */
    public DirectoryMoves directoryMoves() {
        return moves;
    }

    /** Starts the threads and the periodic work. Once, before anything else. */
    public void start() {
        loops.forEach(each -> each.loop().start());
        housekeeping.start();
        housekeeping.every(TROUBLES_CHECK, this::lookAfterTroubles);
        new ReplicaGauges(byId.values(), offline).publish(context.metrics());
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
        return Optional.ofNullable(byId.get(partition)).map(PartitionReplica::source);
    }

    /**
     * Where a replica's log ends, and with which epoch; empty: it is not open, it is offline, or it has not heard of this leader epoch, in which
     * nobody leads.
     */
    public Optional<EpochEnd> logEnd(PartitionId partition, int leaderEpoch) {
        return Optional.ofNullable(byId.get(partition)).flatMap(replica -> replica.logEnd(leaderEpoch));
    }

    /** Those that the auditor looks at now. */
    List<PartitionReplica> followed() {
        return byId.values().stream()
                .filter(replica -> !replica.view().leading())
                .toList();
    }

    Optional<PartitionReplica> hosted(PartitionId partition) {
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
     * @return completes when in effect; fails with {@link ReplicaOfflineException} when the replica is offline: it is {@link #troubles reported},
     *     comes back by itself when it can, and the others go on
     */
    public CompletableFuture<Void> apply(ReplicaAssignment assignment) {
        return change(assignment.name(), () -> {
            Optional<Entry> waiting = offline.update(assignment);
            if (waiting.isPresent()) return remedy(waiting.get());
            PartitionReplica present = byName.get(assignment.name());
            if (present != null && present.id().equals(assignment.id())) return apply(present, assignment);
            CompletableFuture<Void> free = present == null
                    ? CompletableFuture.completedFuture(null)
                    : delete(present, "its topic was deleted");
            return free.thenCompose(x -> {
                if (offline.remove(assignment.name())) troublesChanged(); // of the deleted topic
                return bring(assignment, () -> store.open(assignment, metadataCurrent));
            });
        });
    }

    /** Ends the replica and deletes its files, also one that is still being opened; nothing happens when there is none. */
    public CompletableFuture<Void> remove(PartitionId id, TopicPartition name) {
        return change(name, () -> {
            PartitionReplica present = byId.get(id);
            CompletableFuture<Void> gone = present == null
                    ? CompletableFuture.completedFuture(null)
                    : delete(present, "it is no longer assigned to this broker");
            return gone.thenRunAsync(() -> forgetOffline(id), disk);
        });
    }

    /**
     * The metadata is now at least as new as this broker's registration: what does not agree with it on disk is older. Before the assignments
     * of the first such metadata are given, and of the first of any other history.
     *
     * @param history where the one before was another, what this metadata does not have is kept aside until {@link #historyFollowed}
     */
    public void metadataIsCurrent(String history) {
        store.follow(history);
        metadataCurrent = true;
    }

    /** All assignments and removals of the first metadata of a history have been given. */
    public void historyFollowed(String history) {
        CompletableFuture<Void> unused = settled().thenRunAsync(() -> store.followed(history), disk);
    }

    /**
     * All assignments of the first current metadata have been given. Deletes what lies on disk of partitions that are not assigned here: they
     * were removed, or moved away, while this broker was down.
     */
    public void removeStrays(Predicate<PartitionId> assignedHere) {
        for (ReplicaStore.Stored stored : store.stored()) {
            if (assignedHere.test(stored.id())) continue;
            CompletableFuture<Void> unused = change(stored.name(), () -> {
                if (!byId.containsKey(stored.id())) store.deleteStray(stored, context.metrics());
                return CompletableFuture.completedFuture(null);
            });
        }
        store.removeLeftovers(assignedHere);
        firstAssignmentsGiven = true;
    }

    /** Completes when all assignments and removals given so far are in effect, or have failed. */
    public CompletableFuture<Void> settled() {
        return CompletableFuture.allOf(changes.values().toArray(CompletableFuture[]::new))
                .exceptionally(failed -> null);
    }

    /** As {@link #settled()}, but done at once where more than {@code most} are under way: each takes a part of a millisecond, or more. */
    public CompletableFuture<Void> settled(int most) {
        return changes.size() > most ? CompletableFuture.completedFuture(null) : settled();
    }

    /** The replicas that are not as they should be now, for the controller. */
    public ReplicaTroubles troubles() {
        return offline.report();
    }

    /** @param listener told when {@link #troubles} have changed; must not block */
    public void onTroublesChanged(Runnable listener) {
        troublesListener = listener;
    }

    /**
     * The controller acted on the report of this version, and what that did to partitions is in the assignments given before. Replicas that
     * nobody counts on any more are made anew from their leaders.
     */
    public void reportActedOn(long version) {
        offline.acted(version);
        for (Entry entry : offline.all()) {
            if (entry.acted() || entry.since() > version) continue;
            retry(
                    entry.assignment().name(),
                    () -> offline.settle(entry.assignment().name()));
        }
    }

    /** The first half of {@link #close}, which waits for nothing: when it completes, no replica leads or follows any more. */
    public synchronized CompletableFuture<Void> end() {
        if (ended == null) {
            open.set(false);
            moves.stop();
            ended = all(changes.values())
                    .completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS)
                    .thenCompose(settled -> all(byId.values().stream()
                            .map(replica -> replica.stop("this broker stops"))
                            .toList()));
        }
        return ended.copy();
    }

    /**
     * A clean stop: ends all replicas, writes checkpoints, closes the logs so that the next start scans nothing. Before it the broker should
     * have handed over leadership; after it the caller closes the links and the replication service.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) return;
        try {
            end().get(2 * STOP_SECONDS, TimeUnit.SECONDS);
            loops.forEach(each -> each.loop().close());
            disk.shutdown();
            if (!disk.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) LOG.warn("disk work goes on after the stop");
            moves.close();
            housekeeping.checkpoint();
            store.close(context.self().brokerEpoch().getAsLong());
        } catch (IOException | ExecutionException | TimeoutException e) {
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
            if (failure != null && !isOffline(failure)) LOG.error("{} is not available on this broker", name, failure);
        });
    }

    /** Opens or makes the log, and begins to lead or follow. */
    private CompletableFuture<Void> bring(ReplicaAssignment assignment, LogOpening opening) {
        try {
            ReplicaStore.Opened opened = opening.open();
            PartitionLoop owner = loops.get(Math.floorMod(assignment.id().hashCode(), loops.size()));
            PartitionReplica replica = new PartitionReplica(
                            assignment, opened.log(), opened.highWatermark(), context, owner, this::wentOffline)
                    .watched();
            byId.put(assignment.id(), replica);
            byName.put(assignment.name(), replica);
            Optional<Entry> was = offline.find(assignment.name());
            if (offline.remove(assignment.name())) troublesChanged();
            moves.resume(replica);
            was.ifPresent(entry -> tell(EventKind.REPLICA_ONLINE, entry.cause(), assignment, "can be used again"));
            return apply(replica, assignment);
        } catch (IOException e) {
            return cannotOpen(assignment, OfflineException.causeOf(e), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("opening {} failed in a way that nobody expected", assignment.name(), e);
            return cannotOpen(assignment, OfflineCause.BROKEN, e.toString());
        }
    }

    private CompletableFuture<Void> cannotOpen(ReplicaAssignment assignment, OfflineCause cause, String reason) {
        if (cause == OfflineCause.DAMAGED) context.metrics().damaged();
        putOffline(assignment, cause, reason);
        return CompletableFuture.failedFuture(
                new ReplicaOfflineException(assignment.name() + " is offline: " + reason));
    }

    private CompletableFuture<Void> apply(PartitionReplica replica, ReplicaAssignment assignment) {
        // What was given up may go once its successor is as good.
        if (assignment.isr().contains(context.self().id())) store.dropSetAside(assignment.name());
        return replica.apply(assignment).exceptionallyCompose(failure -> {
            Optional<Entry> entry = isOffline(failure) ? offline.update(assignment) : Optional.empty();
            return entry.isPresent() ? remedy(entry.get()) : CompletableFuture.failedFuture(failure);
        });
    }

    /** From the replica's loop, when nothing uses its log any more. */
    private void wentOffline(PartitionReplica replica, OfflineCause cause, String reason) {
        byId.remove(replica.id(), replica);
        byName.remove(replica.name(), replica);
        store.release(replica.name());
        moves.endLater(replica, reason);
        if (cause == OfflineCause.DAMAGED) context.metrics().damaged();
        putOffline(replica.assignment(), cause, reason);
    }

    private void putOffline(ReplicaAssignment assignment, OfflineCause cause, String reason) {
        if (offline.put(assignment, cause, reason)) tell(EventKind.REPLICA_OFFLINE, cause, assignment, reason);
        troublesChanged();
    }

    private void tell(EventKind kind, OfflineCause cause, ReplicaAssignment assignment, String text) {
        context.events()
                .happened(new ReplicaEvent(
                        kind, cause.kind(), assignment.id(), assignment.name(), text, Optional.empty()));
    }

    /** What can be done now. In the order of changes of this partition. */
    private CompletableFuture<Void> remedy(Entry entry) {
        ReplicaAssignment assignment = entry.assignment();
        Remedy remedy = remedyOf(entry);
        if (remedy == Remedy.OPEN) return bring(assignment, () -> store.open(assignment, metadataCurrent));
        if (remedy == Remedy.REPLACE) {
            return bring(assignment, () -> {
                ReplicaStore.Opened opened = store.replace(assignment);
                context.metrics().rebuilt();
                LOG.info("{} is made anew from broker {}", assignment.name(), assignment.leader());
                tell(EventKind.REPLICA_MADE_ANEW, entry.cause(), assignment, "copies broker " + assignment.leader());
                return opened;
            });
        }
        return CompletableFuture.failedFuture(
                new ReplicaOfflineException(assignment.name() + " is offline: " + entry.reason()));
    }

    private Remedy remedyOf(Entry entry) {
        if (!store.hasRoom()) return Remedy.WAIT;
        return entry.cause().remedy(entry.assignment(), context.self().id(), entry.acted(), metadataCurrent);
    }

    private void retry(TopicPartition name, Supplier<Optional<Entry>> find) {
        CompletableFuture<Void> unused =
                change(name, () -> find.get().map(this::remedy).orElse(CompletableFuture.completedFuture(null)));
    }

    private void lookAfterTroubles() {
        Set<PartitionId> full = byId.values().stream()
                .filter(replica -> replica.log().isFull())
                .map(PartitionReplica::id)
                .collect(Collectors.toSet());
        if (offline.full(full)) troublesChanged();
        List<Entry> entries = offline.all();
        for (Entry entry : entries) {
            TopicPartition name = entry.assignment().name();
            if (remedyOf(entry) != Remedy.WAIT && !changes.containsKey(name)) retry(name, () -> offline.find(name));
        }
        boolean someoneMissed = entries.stream()
                .anyMatch(e -> e.cause() == OfflineCause.MISSING || e.cause() == OfflineCause.METADATA_BEHIND);
        if (firstAssignmentsGiven && !someoneMissed && changes.isEmpty() && store.someMissing()) {
            disk.execute(this::forgetMissing);
        }
    }

    private void forgetMissing() {
        try {
            store.forgetMissing();
        } catch (IOException e) {
            LOG.warn("the log directories could not be noted; this is tried again", e);
        }
    }

    /** Before {@link #start}. */
    public void onEvent(ReplicaEvents listener) {
        eventListener = listener;
    }

    private void troublesChanged() {
        if (tellingOfTroubles.getAndSet(true)) return;
        EventLoop timer = loops.get(0).loop();
        boolean offered = timer.offer(() -> timer.schedule(TROUBLES_GATHER.toNanos(), () -> {
            tellingOfTroubles.set(false);
            troublesListener.run();
        }));
        if (!offered) tellingOfTroubles.set(false); // the next heartbeat tells
    }

    private void forgetOffline(PartitionId id) {
        Optional<Entry> entry = offline.find(id);
        if (entry.isEmpty()) return;
        TopicPartition name = entry.get().assignment().name();
        try {
            store.delete(name, id);
        } catch (IOException e) {
            LOG.warn("{} could not be deleted, it is found again at the next start", name, e);
        }
        if (offline.remove(name)) troublesChanged();
    }

    private static boolean isOffline(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ReplicaOfflineException;
    }

    private CompletableFuture<Void> delete(PartitionReplica replica, String why) {
        LOG.info("removing {} ({}): {}", replica.name(), replica.id(), why);
        byId.remove(replica.id(), replica);
        byName.remove(replica.name(), replica);
        return replica.stop(why)
                .thenRunAsync(
                        () -> {
                            try {
                                moves.end(replica);
                                store.delete(replica.name(), replica.id());
                            } catch (IOException e) {
                                throw new CompletionException("cannot delete " + replica.name(), e);
                            }
                        },
                        disk);
    }

    /** Completes when all have, also by failing, which is reported elsewhere. */
    private static CompletableFuture<Void> all(Collection<CompletableFuture<Void>> each) {
        return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new)).exceptionally(reported -> null);
    }

    @FunctionalInterface
    private interface LogOpening {
        ReplicaStore.Opened open() throws IOException;
    }
}
