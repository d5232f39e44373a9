package dev.curia.replica.node;

import dev.curia.common.config.TopicConfigs;
import dev.curia.log.AppendInfo;
import dev.curia.log.PartitionLog;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.DeleteResult;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.port.IsrProposals.Member;
import dev.curia.replica.port.IsrProposals.Proposal;
import dev.curia.replica.port.IsrProposals.Verdict;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicationSource.Ends;
import dev.curia.replica.port.ReplicationSource.Position;
import dev.curia.replica.port.ReplicationSource.Subscriber;
import dev.curia.replica.port.SendBudget;
import dev.curia.replica.state.Effect;
import dev.curia.replica.state.IsrCause;
import dev.curia.replica.state.LeaderState;
import dev.curia.replica.state.LowWatermark;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replica that leads: the shell of {@link LeaderState}. Confined to the replica's loop, until {@link #end}. */
final class LeaderRole implements Role, Effect.LeaderShell {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderRole.class);

    private final ReplicaContext context;
    private final PartitionLog log;
    private final RecentAppends recent;
    private final ReplicaThread thread;
    private final TurnFlush flush;
    private final Consumer<Snapshot> publisher;
    private final PendingAcks pending;
    // Appends with acks=1 where only what is on disk is acknowledged.
    private final PendingAcks pendingFlush;
    private final PendingDeletes deletes;
    private final Map<Integer, Subscriber> subscribers = new HashMap<>();
    private ReplicaAssignment assignment;
    private LeaderState state;
    private LowWatermark starts;
    // As followers are told, which for its growth alone is not done at once.
    private long toldReplicated;
    private boolean ended;

    LeaderRole(
            ReplicaContext context,
            PartitionLog log,
            RecentAppends recent,
            ReplicaThread thread,
            ReplicaAssignment assignment,
            long highWatermark,
            Consumer<Snapshot> publisher) {
        this.context = context;
        this.log = log;
        this.recent = recent;
        this.thread = thread;
        this.flush = new TurnFlush(thread, log::requestFlush);
        this.publisher = publisher;
        this.assignment = assignment;
        this.pending = new PendingAcks(context.clock(), thread, context.metrics());
        this.pendingFlush = new PendingAcks(context.clock(), thread, context.metrics());
        this.deletes = new PendingDeletes(thread);
        this.starts = LowWatermark.of(context.self().id(), log.startCheckpoint().offset());
        log.startLeaderEpoch(assignment.leaderEpoch());
        LeaderState.Step first = LeaderState.start(
                context.self().id(),
                assignment.leaderEpoch(),
                membership(assignment),
                new LeaderState.LogEnd(log.logEndOffset(), log.recoveryPoint()),
                highWatermark,
                settings(assignment),
                now());
        this.state = first.next();
    }

    /** Separate from the constructor, so that nothing is published before the owner holds this role. */
    void begin() {
        LOG.info(
                "{} leads in epoch {} from offset {}, isr {}",
                assignment.name(),
                state.leaderEpoch(),
                state.epochStartOffset(),
                state.isr().committed());
        publish();
        if (state.settings().fsynced()) log.requestFlush();
        log.startCheckpoint().request();
        take(state.tick(now()));
    }

    @Override
    public int leaderEpoch() {
        return state.leaderEpoch();
    }

    @Override
    public boolean accepts(ReplicaAssignment next) {
        return next.leaderEpoch() == state.leaderEpoch()
                && next.leader() == context.self().id();
    }

    @Override
    public void assigned(ReplicaAssignment next) {
        boolean moved = !next.move().equals(assignment.move());
        assignment = next;
        boolean wasFsynced = state.settings().fsynced();
        take(state.assigned(membership(next), settings(next), now()));
        if (moved) publish();
        dropForgotten();
        subscribers.values().forEach(this::limit);
        boolean fsynced = state.settings().fsynced();
        if (fsynced && !wasFsynced) log.requestFlush();
        if (!fsynced) pendingFlush.advance(state.logEndOffset());
    }

    /** Those of whom the state knows nothing any more must say anew where they are. */
    private void dropForgotten() {
        Refused anew = new Refused(ErrorCode.REPLICA_NOT_AVAILABLE, state.leaderEpoch(), Optional.empty(), -1);
        for (Subscriber subscriber : List.copyOf(subscribers.values())) {
            if (state.isAttached(subscriber.brokerId())) continue;
            subscribers.remove(subscriber.brokerId());
            subscriber.ended(anew);
        }
    }

    private void limit(Subscriber subscriber) {
        int id = subscriber.brokerId();
        boolean awaited = state.isr().maximal().contains(id);
        subscriber.limited(
                awaited
                        ? SendBudget.UNLIMITED
                        : context.throttles().of(assignment, context.self().id(), id));
    }

    @Override
    public void flushed(long offset) {
        take(state.flushed(offset));
        pendingFlush.advance(state.ownOffset());
    }

    @Override
    public void logStartMoved() {
        publish();
        tellSubscribers();
        log.startCheckpoint().request();
    }

    @Override
    public void startStored() {
        advanceDeletes();
    }

    @Override
    public void tick() {
        recent.trim();
        take(state.tick(now()));
        if (!context.self().lease().holds(state.electable())) {
            pending.failClients(
                    now() - DoubtfulAppends.PATIENCE_NANOS,
                    "the outcome is unknown: no controller answers, another broker may lead by now");
        }
        if (toldReplicated == state.replicatedOffset()) return;
        toldReplicated = state.replicatedOffset();
        tellSubscribers();
    }

    @Override
    public long highWatermark() {
        return state.highWatermark();
    }

    /** The buffer is no longer needed when this returns. */
    void append(AppendRequest request, long receivedNanos, CompletableFuture<AppendResult> result) {
        short acks = request.acks();
        if (acks != 0 && acks != 1 && acks != -1) {
            result.complete(PendingAcks.failure(
                    ErrorCode.INVALID_REQUIRED_ACKS, "acks is " + acks + ", expected -1 (all), 0 or 1"));
            return;
        }
        if (acks == -1 && state.underMinIsr()) {
            result.complete(PendingAcks.failure(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    assignment.name() + " has " + state.isr().committed().size() + " in-sync replicas, fewer than "
                            + TopicConfigs.MIN_INSYNC_REPLICAS.name() + " "
                            + state.settings().minInsync()));
            return;
        }
        int bytes = request.records().remaining();
        AppendInfo info = log.appendAsLeader(
                request.records(),
                state.leaderEpoch(),
                origin(request),
                context.clock().wallMillis());
        if (!info.ok()) {
            // Refused for want of space, it is not in the log and never will be. On a failed disk it may be, in part or
            // whole.
            boolean unknown = info.error() == ErrorCode.KAFKA_STORAGE_ERROR && !log.isOnline();
            ErrorCode error = unknown ? ErrorCode.NOT_LEADER_OR_FOLLOWER : info.error();
            // A client that is told that it is not known looks at where the log starts to find out why.
            result.complete(new AppendResult(error, info.message(), -1, -1, log.logStartOffset()));
            return;
        }
        long now = now();
        boolean fsynced = state.settings().fsynced();
        context.metrics().appended(bytes, now - receivedNanos, fsynced);
        AppendResult success =
                new AppendResult(ErrorCode.NONE, "", info.firstOffset(), info.logAppendTimeMs(), log.logStartOffset());
        long end = info.lastOffset() + 1;
        PendingAcks.Waiting waiting = new PendingAcks.Waiting(
                end,
                now + timeoutNanos(request),
                receivedNanos,
                request.origin() == Replica.Origin.CLIENT,
                success,
                result);
        if (acks == -1) pending.add(waiting);
        else if (acks == 1 && fsynced) pendingFlush.add(waiting);
        if (fsynced) flush.request();
        if (!info.duplicate()) appended(info, now);
        // Only now that the new end is published: whoever is answered may ask for it.
        if (acks == 0 || (acks == 1 && !fsynced)) result.complete(success);
        pending.advance(state.highWatermark());
        pendingFlush.advance(state.ownOffset());
    }

    private void appended(AppendInfo info, long now) {
        if (!subscribers.isEmpty()) recent.add(info.firstOffset(), info.lastOffset() + 1, info.stored());
        take(state.appended(log.logEndOffset(), now));
    }

    void deleteRecords(long offset, Duration timeout, CompletableFuture<DeleteResult> result) {
        if (log.config().compacted() && !log.config().deleting()) {
            result.complete(PendingDeletes.failure(
                    ErrorCode.POLICY_VIOLATION,
                    assignment.name() + " has " + TopicConfigs.CLEANUP_POLICY.name()
                            + " compact; records are deleted only where it has delete"));
            return;
        }
        long start = offset == -1 ? state.highWatermark() : offset;
        if (start < 0 || start > state.highWatermark()) {
            result.complete(PendingDeletes.failure(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "records of " + assignment.name() + " cannot be deleted before offset " + start
                            + ": expected at most the high watermark, " + state.highWatermark()
                            + ", or -1 for all before that"));
            return;
        }
        deletes.add(start, Math.max(0, timeout.toNanos()), result);
        if (start > log.logStartOffset()) {
            LOG.info("{}: records before offset {} are deleted on request", assignment.name(), start);
            log.incrementLogStartOffset(start);
            logStartMoved();
        }
        advanceDeletes();
    }

    private void advanceDeletes() {
        if (deletes.isEmpty()) return;
        starts = starts.stored(log.startCheckpoint().offset());
        deletes.advance(starts.over(state.isr().maximal()));
    }

    void subscribe(Position from, Subscriber subscriber) {
        Optional<Refused> refused = check(from, subscriber);
        if (refused.isPresent()) {
            subscriber.ended(refused.get());
            return;
        }
        Subscriber before = subscribers.put(subscriber.brokerId(), subscriber);
        // It may be the one in use, and what replaces it late news of a broken stream: if anybody is there, he
        // subscribes anew.
        if (before != null) before.ended(refusal(ErrorCode.REPLICA_NOT_AVAILABLE));
        starts = starts.reported(subscriber.brokerId(), from.logStartOffset());
        LeaderState.Step step = state.attached(
                subscriber.brokerId(), subscriber.brokerEpoch(), from.acknowledgedOffset(), isEmpty(from), now());
        limit(subscriber);
        subscriber.accepted(ends());
        take(step);
    }

    private Optional<Refused> check(Position from, Subscriber subscriber) {
        int epoch = state.leaderEpoch();
        if (from.leaderEpoch() != epoch) {
            ErrorCode code =
                    from.leaderEpoch() < epoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
            return Optional.of(refusal(code));
        }
        boolean mayHaveLost = from.partitionEpoch() < state.assignedSince(subscriber.brokerId());
        if (mayHaveLost || !state.replicas().contains(subscriber.brokerId())) {
            return Optional.of(refusal(ErrorCode.REPLICA_NOT_AVAILABLE));
        }
        Subscriber older = subscribers.get(subscriber.brokerId());
        if (older != null && older.brokerEpoch() > subscriber.brokerEpoch()) {
            return Optional.of(refusal(ErrorCode.STALE_BROKER_EPOCH));
        }
        Optional<Refused> misplaced = PositionCheck.of(from, log, state.leaderEpoch());
        return misplaced.isPresent() ? misplaced : checkDeletes(from, subscriber.brokerId());
    }

    private Refused refusal(ErrorCode code) {
        return new Refused(code, state.leaderEpoch(), Optional.empty(), -1);
    }

    /** A follower that has a record, but would never hear of the tombstone that this log has not any more, must begin anew. */
    private Optional<Refused> checkDeletes(Position from, int id) {
        if (!state.couldMissDeletes(
                id, from.logEndOffset(), isEmpty(from), log.compaction().deletesRemovedTo())) {
            return Optional.empty();
        }
        // First it must be out of the in-sync set, which promises that it has what it is about to drop.
        boolean inSync = state.isr().maximal().contains(id);
        ErrorCode code = inSync ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.OFFSET_OUT_OF_RANGE;
        if (!inSync) {
            LOG.warn(
                    "{}: follower {} ends at {}, but tombstones before {} are compacted away: it must copy all",
                    assignment.name(),
                    id,
                    from.logEndOffset(),
                    log.compaction().deletesRemovedTo());
        }
        return Optional.of(new Refused(code, state.leaderEpoch(), Optional.empty(), log.logStartOffset()));
    }

    private static boolean isEmpty(Position from) {
        return from.lastEpoch() < 0;
    }

    void acknowledge(Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset) {
        if (leaderEpoch != state.leaderEpoch() || subscribers.get(subscriber.brokerId()) != subscriber) return;
        if (logStartOffset.isPresent()) {
            starts = starts.reported(subscriber.brokerId(), logStartOffset.getAsLong());
        }
        take(state.acknowledged(subscriber.brokerId(), logEndOffset, now()));
    }

    void unsubscribe(Subscriber subscriber) {
        if (subscribers.remove(subscriber.brokerId(), subscriber)) take(state.detached(subscriber.brokerId()));
    }

    @Override
    public void end(ErrorCode code, String why) {
        ended = true;
        pending.failAll(code, "the outcome is unknown: " + why);
        pendingFlush.failAll(code, "the outcome is unknown: " + why);
        deletes.failAll(code, "the outcome is unknown: " + why);
        Refused refused = new Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER, -1, Optional.empty(), -1);
        List.copyOf(subscribers.values()).forEach(s -> s.ended(refused));
        subscribers.clear();
        recent.clear();
    }

    private void take(LeaderState.Step step) {
        LeaderState before = state;
        state = step.next();
        boolean visible = state.logEndOffset() != before.logEndOffset()
                || state.highWatermark() != before.highWatermark()
                || !state.isr().committed().equals(before.isr().committed())
                || !state.replicas().equals(before.replicas())
                || !state.electable().equals(before.electable())
                || !state.settings().equals(before.settings())
                || state.maxLag() != before.maxLag()
                || state.replicatedOffset() != before.replicatedOffset();
        if (!state.isr().committed().equals(before.isr().committed())) isrChanged(before);
        if (!state.isr().maximal().equals(before.isr().maximal()))
            subscribers.values().forEach(this::limit);
        if (visible) publish();
        for (Effect.OfLeader effect : step.effects()) effect.perform(this);
        boolean fewer = state.replicatedOffset() < toldReplicated;
        if (fewer) toldReplicated = state.replicatedOffset();
        if (fewer || state.logEndOffset() != before.logEndOffset() || state.highWatermark() != before.highWatermark()) {
            tellSubscribers();
        }
        advanceDeletes();
    }

    private void tellSubscribers() {
        Ends ends = ends();
        for (Subscriber subscriber : subscribers.values()) subscriber.changed(ends);
    }

    private void isrChanged(LeaderState before) {
        context.metrics()
                .isrChanged(
                        before.isr().committed().size(), state.isr().committed().size());
        LOG.info(
                "{} epoch {}: isr {} -> {} (partition epoch {})",
                assignment.name(),
                state.leaderEpoch(),
                before.isr().committed(),
                state.isr().committed(),
                state.isr().partitionEpoch());
    }

    @Override
    public void advanceHighWatermark(long highWatermark) {
        pending.advance(highWatermark);
    }

    @Override
    public void proposeIsr(Effect.ProposeIsr proposal) {
        List<Member> members = proposal.isr().stream().map(this::member).toList();
        IsrCause cause = IsrCause.of(
                proposal, state, id -> Optional.ofNullable(subscribers.get(id)).map(Subscriber::sending));
        Proposal request = new Proposal(
                assignment.id(), state.leaderEpoch(), proposal.partitionEpoch(), members, cause.kind(), cause.text());
        LOG.info("{} proposes isr {}: {}, {}", assignment.name(), members, cause.kind(), cause.text());
        var unused = context.proposals().propose(request).whenComplete((verdict, failure) -> {
            Verdict known = failure == null ? verdict : Verdict.failed(ErrorCode.UNKNOWN_SERVER_ERROR);
            thread.schedule(0, () -> decided(proposal.partitionEpoch(), known));
        });
    }

    private Member member(Effect.IsrMember m) {
        boolean self = m.brokerId() == context.self().id();
        return new Member(m.brokerId(), self ? context.self().brokerEpoch().getAsLong() : m.brokerEpoch());
    }

    private void decided(int proposedAt, Verdict verdict) {
        if (ended) return;
        if (verdict.error() != ErrorCode.NONE) LOG.info("{}: proposal refused, {}", assignment.name(), verdict.error());
        LeaderState.Membership decided = new LeaderState.Membership(
                verdict.partitionEpoch(),
                state.replicas(),
                verdict.isr(),
                !verdict.eligibleLeaders().isEmpty());
        take(state.decided(proposedAt, verdict.error(), decided, now()));
    }

    private Ends ends() {
        return new Ends(log.logStartOffset(), state.highWatermark(), state.logEndOffset(), toldReplicated);
    }

    private void publish() {
        long watermark = state.highWatermark();
        publisher.accept(new Snapshot(
                new Replica.View(
                        true,
                        context.self().id(),
                        state.leaderEpoch(),
                        log.logStartOffset(),
                        log.lastStableOffset(watermark),
                        watermark,
                        state.logEndOffset(),
                        state.isr().committed()),
                state.epochStartOffset(),
                state.electable(),
                assignment.wantedReplicas(),
                state.underMinIsr(),
                state.maxLag(),
                state.replicatedOffset(),
                false));
    }

    private static AppendOrigin origin(AppendRequest request) {
        return switch (request.origin()) {
            case CLIENT -> AppendOrigin.CLIENT;
            case COORDINATOR -> AppendOrigin.COORDINATOR;
            case BUMPING_COORDINATOR -> AppendOrigin.BUMPING_COORDINATOR;
        };
    }

    private static long timeoutNanos(AppendRequest request) {
        return Math.max(0, request.timeout().toNanos());
    }

    private long now() {
        return context.clock().monotonicNanos();
    }

    private LeaderState.Settings settings(ReplicaAssignment a) {
        return new LeaderState.Settings(
                TopicConfigs.MIN_INSYNC_REPLICAS.in(a.config()),
                context.config().lagTimeMax().toNanos(),
                ReplicaContext.RETRY_NANOS,
                log.config().fsynced(),
                a.fenced());
    }

    private static LeaderState.Membership membership(ReplicaAssignment a) {
        return new LeaderState.Membership(
                a.partitionEpoch(), a.replicas(), a.isr(), !a.eligibleLeaders().isEmpty());
    }
}
