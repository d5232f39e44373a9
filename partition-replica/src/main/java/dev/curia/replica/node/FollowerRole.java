package dev.curia.replica.node;

import dev.curia.log.AppendInfo;
import dev.curia.log.PartitionLog;
import dev.curia.log.StorageException;
import dev.curia.log.batch.BatchView;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.replication.v1.DivergingEpoch;
import dev.curia.replica.Replica;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.port.ReplicaEvents.Offsets;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import dev.curia.replica.port.ReplicaLinks.Chunk;
import dev.curia.replica.port.ReplicaLinks.Feed;
import dev.curia.replica.port.ReplicaLinks.FeedEvents;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicaLinks.Subscription;
import dev.curia.replica.port.StreamKind;
import dev.curia.replica.state.Effect;
import dev.curia.replica.state.FollowerDeletes;
import dev.curia.replica.state.FollowerState;
import dev.curia.replica.state.FollowerState.Received;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replica that follows: the shell of {@link FollowerState}. Confined to the replica's loop, until {@link #end}. */
final class FollowerRole implements Role, Effect.FollowerShell {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerRole.class);

    private final ReplicaContext context;
    private final PartitionLog log;
    private final ReplicaThread thread;
    private final TurnFlush flush;
    private final Consumer<Snapshot> publisher;
    private final UnusableLog unusable;
    private ReplicaAssignment assignment;
    private FollowerState state;
    private FollowerDeletes deletes;
    private @Nullable Events feed;
    private @Nullable Chunk current; // while its Append is performed
    private @Nullable Runnable cancelRetry;
    private boolean ended;
    private boolean paused;

    FollowerRole(
            ReplicaContext context,
            PartitionLog log,
            ReplicaThread thread,
            ReplicaAssignment assignment,
            long highWatermark,
            Consumer<Snapshot> publisher,
            UnusableLog unusable) {
        this.context = context;
        this.log = log;
        this.thread = thread;
        this.flush = new TurnFlush(thread, log::requestFlush);
        this.assignment = assignment;
        this.publisher = publisher;
        this.unusable = unusable;
        this.deletes = FollowerDeletes.start(log.compaction().deletesRemovedTo());
        this.state = FollowerState.start(
                assignment.leader(),
                assignment.leaderEpoch(),
                log.logStartOffset(),
                log.logEndOffset(),
                Math.min(highWatermark, log.logEndOffset()),
                log.recoveryPoint());
    }

    /** Hears that the log, because of what it has at these offsets, is to be made anew from the leader's. */
    @FunctionalInterface
    interface UnusableLog {
        boolean giveUp(CauseKind cause, String why, long from, long to);
    }

    void begin() {
        LOG.info(
                "{} follows {} in epoch {} from offset {}",
                assignment.name(),
                state.leader(),
                state.leaderEpoch(),
                state.logEndOffset());
        publish();
        log.startCheckpoint().request();
        take(state.configured(log.config().fsynced()));
        take(state.retry());
    }

    @Override
    public int leaderEpoch() {
        return state.leaderEpoch();
    }

    @Override
    public boolean accepts(ReplicaAssignment next) {
        return next.leaderEpoch() == state.leaderEpoch() && next.leader() == state.leader();
    }

    @Override
    public void assigned(ReplicaAssignment next) {
        assignment = next;
        publish();
        take(state.configured(log.config().fsynced()));
    }

    @Override
    public void flushed(long offset) {
        take(state.flushed(offset));
    }

    @Override
    public void logStartMoved() {
        publish();
        log.startCheckpoint().request();
    }

    @Override
    public void startStored() {
        take(state.startStored());
    }

    @Override
    public void flush() {
        flush.request();
    }

    @Override
    public long highWatermark() {
        return state.highWatermark();
    }

    /** The disk is full: nothing is asked for until there is room. This replica leaves the ISR when that takes long. */
    private void pause() {
        LOG.info("{} pauses at offset {}: its disk is full", assignment.name(), log.logEndOffset());
        paused = true;
        tell(EventKind.REPLICA_PAUSED, CauseKind.DISK_FULL, "at offset " + log.logEndOffset(), Optional.empty());
        take(state.paused());
    }

    private void tell(EventKind kind, CauseKind cause, String text, Optional<Offsets> offsets) {
        context.events().happened(new ReplicaEvent(kind, cause, assignment.id(), assignment.name(), text, offsets));
    }

    /** Finds what a full inbox has swallowed, and room on a disk that was full. */
    @Override
    public void tick() {
        if (paused && !log.isFull()) {
            LOG.info("{} goes on from offset {}", assignment.name(), log.logEndOffset());
            paused = false;
            tell(EventKind.REPLICA_RESUMED, CauseKind.DISK_FULL, "there is room again", Optional.empty());
            take(state.retry());
        }
        if (feed == null || !feed.lost) return;
        endSubscription();
        take(state.broken());
    }

    @Override
    public void end(ErrorCode code, String why) {
        ended = true;
        endSubscription();
        if (cancelRetry != null) cancelRetry.run();
    }

    private void take(FollowerState.Step step) {
        if (ended) return;
        FollowerState before = state;
        state = step.next();
        if (state.highWatermark() != before.highWatermark() || state.logEndOffset() != before.logEndOffset()) publish();
        for (Effect.OfFollower effect : step.effects()) effect.perform(this);
    }

    private void publish() {
        long watermark = Math.max(state.highWatermark(), log.logStartOffset());
        publisher.accept(new Snapshot(
                new Replica.View(
                        false,
                        state.leader(),
                        state.leaderEpoch(),
                        log.logStartOffset(),
                        log.lastStableOffset(watermark),
                        watermark,
                        state.logEndOffset(),
                        assignment.isr()),
                0,
                List.of(),
                assignment.replicas().size(),
                false,
                0,
                deletes.replicatedOffset(),
                !log.isOnline()));
    }

    @Override
    public void subscribe(StreamKind kind) {
        OptionalInt lastEpoch = lastEpochOfBatches();
        if (lastEpoch.isEmpty()) {
            // No leader could tell where the logs part.
            giveUp("the leader epochs of its records are unknown", log.logStartOffset(), log.logEndOffset());
            return;
        }
        Events events = new Events();
        feed = events;
        events.feed = context.links()
                .subscribe(
                        new Subscription(
                                assignment.id(),
                                state.leader(),
                                kind,
                                state.leaderEpoch(),
                                assignment.partitionEpoch(),
                                log.logEndOffset(),
                                lastEpoch.getAsInt(),
                                log.startCheckpoint().offset(),
                                state.acknowledgedOffset()),
                        events);
    }

    /**
     * Of the last batch, that is: a leader's epoch begins in its history before its first batch is written. -1 without a batch; empty: not known.
     */
    private OptionalInt lastEpochOfBatches() {
        long end = log.logEndOffset();
        return end == log.logStartOffset() ? OptionalInt.of(-1) : log.epochAt(end - 1);
    }

    private void giveUp(String why, long from, long to) {
        LOG.error("{}: {}: it is to be copied anew from leader {}", assignment.name(), why, state.leader());
        unusable.giveUp(CauseKind.LOGS_DIVERGED, why, from, to);
    }

    @Override
    public void endSubscription() {
        Events open = feed;
        feed = null;
        if (open != null && open.feed != null) open.feed.close();
    }

    @Override
    public void append() {
        Chunk chunk = Objects.requireNonNull(current);
        AppendInfo info = append(thread.buffer().gather(chunk));
        if (info.ok()) {
            context.metrics().received(chunk.sizeInBytes());
            take(state.appended(message(chunk), log.logEndOffset()));
            return;
        }
        if (log.isOnline() && info.error() == ErrorCode.KAFKA_STORAGE_ERROR) {
            pause();
            return;
        }
        context.metrics().rejectedChunk();
        LOG.error(
                "{}: leader {} sent {} bytes for offset {} that cannot be appended: {} {}",
                assignment.name(),
                state.leader(),
                chunk.sizeInBytes(),
                chunk.baseOffset(),
                info.error(),
                info.message());
        if (!log.isOnline()) {
            endSubscription(); // for good
        } else if (info.error() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            // The leader's batches have other borders, although the epochs agree: the same bytes would come again and
            // again.
            take(state.paused());
            giveUp("its end is within a batch of leader " + state.leader(), log.logEndOffset() - 1, log.logEndOffset());
        } else {
            take(state.failed());
        }
    }

    /** A log without records that starts within the leader's first batch, as after a deletion of records, takes the whole batch. */
    private AppendInfo append(ByteBuffer batches) {
        long start = log.logStartOffset();
        long now = context.clock().wallMillis();
        AppendInfo info = log.appendAsFollower(batches, state.leaderEpoch(), now);
        if (info.error() != ErrorCode.OFFSET_OUT_OF_RANGE || log.logEndOffset() > start) return info;
        BatchView first = new BatchView().at(batches, batches.position());
        if (first.lastOffset() < start) return info;
        log.truncateFullyAndStartAt(first.baseOffset());
        info = log.appendAsFollower(batches, state.leaderEpoch(), now);
        if (info.ok()) advanceLogStart(start);
        return info;
    }

    @Override
    public void acknowledge(long logEndOffset) {
        if (feed == null || feed.feed == null) return;
        Feed open = feed.feed;
        open.acknowledge(logEndOffset, log.startCheckpoint().offset());
        if (current != null) return; // it leaves with the credit for the chunk
        // Other logs' flushes that the loop is yet to hear of share the message.
        if (!thread.offer(open::flush)) open.flush();
    }

    /** Published with the state. */
    @Override
    public void advanceHighWatermark(long highWatermark) {}

    @Override
    public void advanceLogStart(long logStartOffset) {
        log.incrementLogStartOffset(logStartOffset);
        logStartMoved();
    }

    @Override
    public void truncate(int epoch, long endOffset) {
        EpochEnd mine = log.endOffsetForEpoch(epoch);
        long end = log.logEndOffset();
        // KIP-279: without the leader's epoch, fall back to the end of the newest one below it, and ask again.
        long to = mine.epoch() == epoch ? Math.min(endOffset, mine.endOffset()) : mine.endOffset();
        long cut = Math.max(log.logStartOffset(), Math.min(to, end));
        LOG.warn(
                "{} parts from leader {}, whose epoch {} ends at {}: truncating from {} to {} (high watermark {})",
                assignment.name(),
                state.leader(),
                epoch,
                endOffset,
                end,
                cut,
                state.highWatermark());
        String why = "parts from leader " + state.leader() + ", whose epoch " + epoch + " ends at " + endOffset;
        cut(CauseKind.LOGS_DIVERGED, why, new Offsets(cut, end, epoch), () -> log.truncateTo(cut));
    }

    @Override
    public void startOver(long logStartOffset) {
        LOG.warn(
                "{} ends at {}, which leader {} has not (any more): starting over from {}",
                assignment.name(),
                log.logEndOffset(),
                state.leader(),
                logStartOffset);
        String why = "leader " + state.leader() + " has no such offset (any more): starts over from " + logStartOffset;
        cut(
                CauseKind.OFFSET_OUT_OF_RANGE,
                why,
                new Offsets(log.logStartOffset(), log.logEndOffset(), -1),
                () -> log.truncateFullyAndStartAt(logStartOffset));
    }

    private void cut(CauseKind cause, String why, Offsets what, Runnable truncation) {
        try {
            truncation.run();
        } catch (StorageException e) {
            if (!e.isNoSpace()) throw e;
            pause();
            return;
        }
        log.startCheckpoint().request();
        context.metrics().truncated();
        if (what.from() < what.to()) tell(EventKind.LOG_TRUNCATED, cause, why, Optional.of(what));
        take(state.truncated(log.logStartOffset(), log.logEndOffset()));
    }

    @Override
    public void retryLater() {
        cancelRetry = thread.schedule(ReplicaContext.RETRY_NANOS, () -> take(state.retry()));
    }

    private static Received message(Chunk chunk) {
        return new Received(
                chunk.leaderEpoch(),
                chunk.baseOffset(),
                chunk.sizeInBytes(),
                chunk.highWatermark(),
                chunk.logStartOffset());
    }

    private void received(Events from, Chunk chunk) {
        try {
            if (ended || feed != from) return;
            current = chunk;
            if (chunk.leaderEpoch() == state.leaderEpoch()) hearOfDeletes(chunk);
            take(state.received(message(chunk)));
        } finally {
            current = null;
            chunk.close();
        }
    }

    private void hearOfDeletes(Chunk chunk) {
        FollowerDeletes before = deletes;
        deletes = before.heard(
                chunk.baseOffset(), chunk.sizeInBytes(), chunk.replicatedOffset(), chunk.deletesRemovedTo());
        if (deletes.removedTo() > before.removedTo()) log.compaction().copyLacksDeletesTo(deletes.removedTo());
        if (deletes.replicatedOffset() != before.replicatedOffset()) publish();
    }

    /** One subscription's events, handed to the loop. What its full inbox refuses is found by {@link #tick}. */
    private final class Events implements FeedEvents {
        @Nullable
        Feed feed; // loop-confined

        volatile boolean lost;

        @Override
        public void received(Chunk chunk) {
            if (!lost && thread.offer(() -> FollowerRole.this.received(this, chunk))) return;
            lost = true; // and with it the order: nothing of this feed counts any more
            chunk.close();
        }

        @Override
        public void refused(Refused refusal) {
            if (!thread.offer(() -> onRefused(refusal))) lost = true;
        }

        @Override
        public void broken() {
            if (!thread.offer(this::onBroken)) lost = true;
        }

        private void onRefused(Refused refusal) {
            if (ended || FollowerRole.this.feed != this) return;
            FollowerRole.this.feed = null;
            LOG.debug("{}: leader {} refused: {}", assignment.name(), state.leader(), refusal);
            Optional<DivergingEpoch> diverging = refusal.diverging();
            take(state.refused(
                    refusal.code(),
                    diverging.isPresent(),
                    diverging.map(DivergingEpoch::getEpoch).orElse(-1),
                    diverging.map(DivergingEpoch::getEndOffset).orElse(-1L),
                    refusal.logStartOffset()));
        }

        private void onBroken() {
            if (ended || FollowerRole.this.feed != this) return;
            FollowerRole.this.feed = null;
            take(state.broken());
        }
    }
}
