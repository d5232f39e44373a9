package dev.curia.replica.node;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.log.LogConfig;
import dev.curia.log.LogMove;
import dev.curia.log.PartitionLog;
import dev.curia.log.ReaderPlace;
import dev.curia.log.StorageException;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.replica.Replica;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.audit.RangeDigest;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.ReplicaEvents.Offsets;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.state.OfflineCause;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's replica: its log, its role, and what other threads may see. Everything that changes it runs on its loop; reads work on the
 * published {@link Snapshot} and the log's own views.
 */
final class PartitionReplica implements Replica {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReplica.class);
    /** After it, clients have heard that a leader is none any more. */
    private static final long NEWS_TRAVEL_NANOS = Duration.ofSeconds(1).toNanos();

    private static final String OVERLOADED = "the partition's thread is overloaded; nothing was appended, try again";

    private final PartitionId id;
    private final PartitionLog log;
    private final ReplicaContext context;
    private final ReplicaThread thread;
    private final ReplicaReads reads;
    private final RecentAppends recent;
    private final ReplicaSource source;
    private final OfflineListener offlineListener;
    private final ReadWaiters waiters = new ReadWaiters();
    private volatile Snapshot snapshot;

    // Confined to the loop.
    private @Nullable Role role;
    private int partitionEpoch = -1;
    private final FormerLeaders formerLeaders;
    private long highWatermark;
    private ReplicaAssignment assignment;
    private boolean stopped;
    private boolean offline; // and stopped, and the listener knows
    private final FlushTimer flushTimer;
    private final ProducerExpiry producerExpiry;
    // Published now and then, for metrics.
    private volatile int producerCount;
    private final UnverifiedBatches unverified;
    private final DoubtfulAppends doubtful;
    private long ledUntilNanos;
    private final CompactionRoll compactionRoll = new CompactionRoll();

    /** Told on the replica's loop, once, when its log cannot be used any more and nothing here uses it. */
    interface OfflineListener {
        void onOffline(PartitionReplica replica, OfflineCause cause, String reason);
    }

    /**
     * @param assignment to be applied next
     * @param highWatermark of the last checkpoint
     */
    PartitionReplica(
            ReplicaAssignment assignment,
            PartitionLog log,
            long highWatermark,
            ReplicaContext context,
            PartitionLoop owner,
            OfflineListener offlineListener) {
        this.id = assignment.id();
        this.assignment = assignment;
        this.offlineListener = offlineListener;
        this.log = log;
        this.context = context;
        this.highWatermark = Math.max(log.logStartOffset(), Math.min(highWatermark, log.logEndOffset()));
        this.snapshot = idle();
        this.formerLeaders = new FormerLeaders(context.self().id());
        this.ledUntilNanos = context.clock().monotonicNanos() - NEWS_TRAVEL_NANOS;
        this.thread = new ReplicaThread(owner.loop(), owner.buffer(), this::storageFailed);
        this.reads = new ReplicaReads(log, context.self().lease(), this::snapshot);
        this.recent = new RecentAppends(owner.ring());
        this.source = new ReplicaSource(log, recent, thread, () -> role, this::snapshot);
        this.flushTimer = new FlushTimer(context.config().backgroundFlush());
        this.producerExpiry = new ProducerExpiry(context.config().producers(), context.clock());
        this.unverified = new UnverifiedBatches(thread, this::appendNow);
        this.doubtful = new DoubtfulAppends(context.clock(), thread, this::inDoubt, this::appendUndoubted);
    }

    private Snapshot idle() {
        return Snapshot.idle(
                log.logStartOffset(), log.lastStableOffset(highWatermark), highWatermark, log.logEndOffset());
    }

    /** Separate from the constructor, so that the log tells nobody of an object half made. */
    PartitionReplica watched() {
        log.onFlushed(offset -> thread.submit(() -> {
            Role now = role;
            if (now != null) now.flushed(offset);
        }));
        log.startCheckpoint()
                .onWritten(() -> thread.submit(() -> {
                    Role now = role;
                    if (now != null) now.startStored();
                }));
        log.compaction().start(thread::call, () -> snapshot.compactionBounds());
        return this;
    }

    @Override
    public PartitionId id() {
        return id;
    }

    @Override
    public TopicPartition name() {
        return log.name();
    }

    @Override
    public View view() {
        return snapshot.view();
    }

    @Override
    public boolean isSurelyLeading() {
        return snapshot.checkLeader(OptionalInt.empty(), context.self().lease()) == ErrorCode.NONE;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** See {@link HostedReplicas#logEnd}. */
    Optional<EpochEnd> logEnd(int leaderEpoch) {
        Snapshot now = snapshot;
        boolean atRest = !now.offline() && now.view().leader() < 0 && now.view().leaderEpoch() == leaderEpoch;
        return atRest ? Optional.of(log.endOffsetForEpoch(leaderEpoch)) : Optional.empty();
    }

    PartitionLog log() {
        return log;
    }

    /** Takes a new assignment; an older one than it has changes nothing. From a thread that may wait. */
    CompletableFuture<Void> apply(ReplicaAssignment next) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.submit(() -> {
            if (!log.isOnline()) goOffline();
            if (offline) {
                done.completeExceptionally(new ReplicaOfflineException(name() + " is offline"));
                return;
            }
            assign(next);
            done.complete(null);
        });
        return done;
    }

    /** The newest that was applied. On the loop. */
    ReplicaAssignment assignment() {
        return assignment;
    }

    /** Ends the role; afterwards nobody changes the log. From a thread that may wait. */
    CompletableFuture<Void> stop(String why) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.submit(() -> {
            endRole(ErrorCode.NOT_LEADER_OR_FOLLOWER, why);
            stopped = true;
            publish(idle());
            doubtful.end();
            done.complete(null);
        });
        return done;
    }

    /** Runs {@code swap} on the loop while the log is used. From a thread that may wait. */
    CompletableFuture<LogMove.Swap> swap(Supplier<LogMove.Swap> swap) {
        CompletableFuture<LogMove.Swap> done = new CompletableFuture<>();
        thread.submit(() -> done.complete(stopped ? LogMove.Swap.ENDED : swap.get()));
        return done;
    }

    boolean runsOn(EventLoop loop) {
        return thread.loop() == loop;
    }

    /** From the loop, now and then. */
    void tick() {
        if (!log.isOnline()) {
            goOffline();
            return;
        }
        Role now = role;
        if (now == null) return;
        try {
            now.tick();
            boolean due = flushTimer.isDue(
                    log.recoveryPoint(),
                    log.logEndOffset(),
                    log.config(),
                    context.clock().monotonicNanos());
            if (due) log.requestFlush();
            log.dropSegmentsBeforeStart();
            context.metrics().producersForgotten(producerExpiry.tick(log.producers()));
            producerCount = log.producers().size();
            if (compactionRoll.isDue(log, context.clock())) log.roll();
        } catch (StorageException e) {
            storageFailed(e);
        }
    }

    /** Drops what the topic need not keep. From a thread that may wait. */
    void applyRetention() {
        thread.submit(() -> {
            Role now = role;
            if (now == null
                    || !log.applyRetention(now.highWatermark(), context.clock().wallMillis())) return;
            now.logStartMoved();
        });
    }

    private void assign(ReplicaAssignment next) {
        if (stopped || next.partitionEpoch() < partitionEpoch) return;
        partitionEpoch = next.partitionEpoch();
        // The log was opened with what this replica was assigned first.
        if (!next.config().equals(assignment.config())) log.updateConfig(LogConfig.of(next.config()));
        assignment = next;
        boolean mine = next.leader() == context.self().id();
        long now = context.clock().monotonicNanos();
        formerLeaders.saw(next, now, context.self().lease().promiseNanos());
        Role before = role;
        if (before != null && next.leaderEpoch() < before.leaderEpoch()) return;
        if (before != null && before.accepts(next)) {
            before.assigned(next);
            return;
        }
        endRole(ErrorCode.NOT_LEADER_OR_FOLLOWER, "broker " + next.leader() + " leads in epoch " + next.leaderEpoch());
        long promised = mine ? promisedNanos(formerLeaders.of(next.replicas(), now)) : 0;
        if (promised > 0) {
            publish(snapshot.ended());
            thread.schedule(promised, () -> assign(assignment)); // the newest by then
        } else if (mine) {
            LeaderRole leader = new LeaderRole(context, log, recent, thread, next, highWatermark, this::publish);
            role = leader;
            leader.begin();
        } else {
            FollowerRole follower =
                    new FollowerRole(context, log, thread, next, highWatermark, this::publish, this::giveUp);
            role = follower;
            follower.begin();
        }
        doubtful.end();
    }

    private long promisedNanos(Collection<Integer> others) {
        LeaderLease lease = context.self().lease();
        return others.stream().mapToLong(lease::promisedNanos).max().orElse(0);
    }

    /** Whether it may be another than this broker believes who leads. */
    private boolean inDoubt() {
        if (role instanceof LeaderRole) return !context.self().lease().holds(snapshot.electable());
        // Who takes a follower for the leader knows more than it, or has not heard that another took over.
        return role != null && context.clock().monotonicNanos() - ledUntilNanos > NEWS_TRAVEL_NANOS;
    }

    private void endRole(ErrorCode code, String why) {
        Role now = role;
        if (now == null) return;
        if (now instanceof LeaderRole) ledUntilNanos = context.clock().monotonicNanos();
        highWatermark = now.highWatermark();
        role = null;
        unverified.refuseAll(code, why);
        now.end(code, why);
    }

    private void publish(Snapshot now) {
        snapshot = now;
        waiters.published(now);
    }

    private void storageFailed(StorageException e) {
        if (log.isOnline()) {
            // Roles cope with a full disk where they have to; anything else is tried again sooner or later.
            if (e.isNoSpace()) LOG.debug("{}: {}", name(), e.getMessage());
            else LOG.warn("{} goes on after a failure", name(), e);
        } else {
            goOffline();
        }
    }

    /** Of committed batches, from any thread; empty: they cannot be read now. Blocks on the disk. */
    Optional<RangeDigest> digest(long from, long to, int maxBytes, int readBytes) throws IOException {
        return reads.digest(from, to, maxBytes, readBytes);
    }

    /**
     * What is stored is not to be used any more: goes offline as damaged, and is made anew when nobody counts on it. From the auditor's thread.
     *
     * @return false when it is given up already
     */
    boolean giveUp(CauseKind cause, String why, long from, long to) {
        if (!log.isOnline()) return false;
        log.giveUp(why);
        thread.submit(() -> {
            context.events()
                    .happened(new ReplicaEvent(
                            EventKind.REPLICAS_DIFFER,
                            cause,
                            id,
                            name(),
                            why,
                            Optional.of(new Offsets(from, to, view().leaderEpoch()))));
            goOffline();
        });
        return true;
    }

    private void goOffline() {
        if (stopped) return;
        stopped = true;
        offline = true;
        String reason = log.damage().orElse("the log directory failed");
        endRole(ErrorCode.NOT_LEADER_OR_FOLLOWER, "the replica is offline, " + reason);
        publish(snapshot.asOffline());
        doubtful.end();
        OfflineCause cause = log.damage().isPresent() ? OfflineCause.DAMAGED : OfflineCause.DIRECTORY_FAILED;
        offlineListener.onOffline(this, cause, reason);
    }

    @Override
    public CompletableFuture<AppendResult> append(AppendRequest request) {
        WaitingAppend append = new WaitingAppend(request, context.clock().monotonicNanos(), new CompletableFuture<>());
        if (!thread.offer(() -> append(append))) append.refuse(ErrorCode.REQUEST_TIMED_OUT, OVERLOADED);
        return append.result();
    }

    private void append(WaitingAppend append) {
        if (append.request().origin() == Origin.CLIENT) {
            if (doubtful.takes(append)) return;
        } else {
            unverified.before(append.request());
        }
        appendUndoubted(append);
    }

    private void appendUndoubted(WaitingAppend append) {
        boolean waits = role instanceof LeaderRole && unverified.takes(append, log.producers());
        if (!waits) appendNow(append);
    }

    private void appendNow(WaitingAppend append) {
        AppendRequest request = append.request();
        try {
            // What a coordinator appends is answered when all in-sync replicas have it, which says that it leads.
            ErrorCode refused = request.origin() == Origin.CLIENT
                    ? snapshot.checkLeader(
                            request.currentLeaderEpoch(), context.self().lease())
                    : snapshot.checkLeader(request.currentLeaderEpoch());
            if (refused == ErrorCode.NONE && role instanceof LeaderRole leader) {
                leader.append(request, append.receivedNanos(), append.result());
            } else {
                append.result().complete(PendingAcks.failure(refused, notLed()));
            }
        } finally {
            request.released().run();
        }
    }

    private String notLed() {
        if (view().leading()) return name() + " may be led by another broker by now: no controller answers";
        return name() + " is led by broker " + view().leader() + " in epoch " + view().leaderEpoch();
    }

    @Override
    public CompletableFuture<DeleteResult> deleteRecords(long offset, Duration timeout) {
        CompletableFuture<DeleteResult> result = new CompletableFuture<>();
        boolean accepted = thread.offer(() -> {
            ErrorCode refused = snapshot.checkLeader(OptionalInt.empty());
            if (refused == ErrorCode.NONE && role instanceof LeaderRole leader) {
                leader.deleteRecords(offset, timeout, result);
            } else {
                result.complete(PendingDeletes.failure(refused, notLed()));
            }
        });
        if (!accepted) {
            result.complete(PendingDeletes.failure(
                    ErrorCode.REQUEST_TIMED_OUT,
                    "the partition's thread is overloaded; nothing was deleted, try again"));
        }
        return result;
    }

    @Override
    public CompletableFuture<ProducersResult> producers() {
        CompletableFuture<ProducersResult> result = new CompletableFuture<>();
        boolean accepted = thread.offer(() -> {
            ErrorCode error = stopped ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
            if (snapshot.offline()) error = ErrorCode.KAFKA_STORAGE_ERROR;
            boolean known = error == ErrorCode.NONE;
            result.complete(new ProducersResult(error, known ? log.producers().describe() : List.of()));
        });
        if (!accepted) result.complete(new ProducersResult(ErrorCode.REQUEST_TIMED_OUT, List.of()));
        return result;
    }

    int producerCount() {
        return producerCount;
    }

    /** Its leader's side, to followers. */
    ReplicationSource source() {
        return source;
    }

    @Override
    public ReadResult read(ReadRequest request) {
        return reads.read(request);
    }

    @Override
    public OffsetResult offsetForTime(long timestampMs, Isolation isolation, OptionalInt currentLeaderEpoch) {
        return reads.offsetForTime(timestampMs, isolation, currentLeaderEpoch);
    }

    @Override
    public Optional<ReaderPlace> placeOf(long offset, long nowMs) {
        return reads.placeOf(offset, nowMs);
    }

    @Override
    public EpochResult endOffsetForEpoch(int leaderEpoch, OptionalInt currentLeaderEpoch) {
        return reads.endOffsetForEpoch(leaderEpoch, currentLeaderEpoch);
    }

    @Override
    public Runnable onReadable(long offset, Isolation isolation, Runnable wake) {
        return await(new ReadWaiters.Waiter(offset, isolation, view().leaderEpoch(), true, wake));
    }

    @Override
    public Runnable onReadableHere(long offset, Isolation isolation, Runnable wake) {
        View now = view();
        return await(new ReadWaiters.Waiter(offset, isolation, now.leaderEpoch(), now.leading(), wake));
    }

    private Runnable await(ReadWaiters.Waiter waiter) {
        waiters.add(waiter);
        if (waiter.isDue(snapshot) && !thread.offer(() -> waiters.fire(waiter))) waiters.fire(waiter);
        return () -> waiters.cancel(waiter);
    }
}
