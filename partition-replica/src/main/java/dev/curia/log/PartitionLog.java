package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.AppendPreparation.Prepared;
import dev.curia.log.LogWriter.Extent;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.batch.BatchPolicy;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.io.NoSpaceException;
import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.producer.ProducerStates;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.Segment;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's log on disk, in Kafka's file formats.
 *
 * <p><b>Threads.</b> What changes the log (append, truncate, roll, close, settings) belongs to one owner thread. Reads and look-ups come
 * from any thread: they work on an immutable view that each change publishes. {@link #flush} may run on any thread, beside appends.
 *
 * <p><b>Durability.</b> An append is in the system's page cache when it returns: it survives this process, not the machine. {@link #flush}
 * puts it on disk and moves the {@link #recoveryPoint}, from which a later start scans.
 *
 * <p><b>Errors.</b> What clients or leaders can cause is an {@link ErrorCode} in the answer. A failing disk takes the whole log
 * directory offline through its listener; appends and reads then answer KAFKA_STORAGE_ERROR, everything else throws {@link StorageException}.
 */
public final class PartitionLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);

    private final TopicPartition name;
    private final Uuid topicId;
    private final ProducerStates producers;
    private final AppendPreparation preparation;
    private final LookUps lookUps;
    private final LogCompaction compaction;
    private final FlushRequests flushRequests;
    private final StartCheckpoint startCheckpoint;

    private volatile LogPlace place;
    private volatile LogConfig config;
    private volatile LogView view;
    // What was opened after a clean stop: while the view holds the same, so do the files. Null after any other.
    private final @Nullable LogView unchanged;
    private volatile boolean open = true;
    private volatile @Nullable String damage;

    PartitionLog(
            TopicPartition name,
            Uuid topicId,
            Path directory,
            LogEnvironment environment,
            LogConfig config,
            LoadedLog loaded) {
        this.name = name;
        this.topicId = topicId;
        this.config = config;
        this.producers = loaded.producers();
        this.view = loaded.view();
        this.unchanged = loaded.clean() ? loaded.view() : null;
        this.place = LogPlace.of(directory, environment, loaded, this::config);
        this.preparation = new AppendPreparation(producers);
        this.lookUps = new LookUps(() -> view, () -> this.config, () -> place, () -> open, this::failed);
        this.compaction = new LogCompaction(this, producers);
        this.flushRequests = new FlushRequests(this, environment.background().flushes());
        this.startCheckpoint = new StartCheckpoint(this);
    }

    public TopicPartition name() {
        return name;
    }

    public Uuid topicId() {
        return topicId;
    }

    /** Where it lies now. Any thread. */
    public Path directory() {
        return place.directory();
    }

    LogPlace place() {
        return place;
    }

    private LogEnvironment environment() {
        return place.environment();
    }

    LogView view() {
        return view;
    }

    /** Goes on in another place, where the segments of {@code there} hold the same. Owner thread. */
    void goOnIn(LogPlace next, LogView there) {
        place = next;
        view = there;
    }

    public LogConfig config() {
        return config;
    }

    /** Takes effect with the next append. Owner thread. */
    public void updateConfig(LogConfig newConfig) {
        config = newConfig;
    }

    /** The first readable offset. */
    public long logStartOffset() {
        return view.logStartOffset();
    }

    /** Behind {@link #logStartOffset} until it is written. */
    public StartCheckpoint startCheckpoint() {
        return startCheckpoint;
    }

    /** The offset of the next append. */
    public long logEndOffset() {
        return view.logEndOffset();
    }

    /** Everything before it is on disk. */
    public long recoveryPoint() {
        return place.flusher().recoveryPoint();
    }

    /** Of all segments. */
    public long sizeInBytes() {
        return view.sizeInBytes();
    }

    /** The newest leader epoch this log knows of; empty: none. */
    public OptionalInt lastEpoch() {
        return view.epochs().lastEpoch();
    }

    /** The epoch that wrote {@code offset}; empty: unknown. */
    public OptionalInt epochAt(long offset) {
        return view.epochs().epochAt(offset);
    }

    /** The largest epoch not above {@code epoch} and where it ends; -1 and -1 when there is no answer (KIP-101, KIP-279). */
    public EpochEnd endOffsetForEpoch(int epoch) {
        LogView now = view;
        return now.epochs().endOffsetFor(epoch, now.logEndOffset());
    }

    /** False once the disk failed, or this log's flushed data turned out to be damaged: the replica must be rebuilt from its leader. */
    public boolean isOnline() {
        return environment().health().isOnline() && damage == null;
    }

    /** True while the directory has too little room: appends are refused with KAFKA_STORAGE_ERROR, and nothing is lost. */
    public boolean isFull() {
        return environment().space().isFull();
    }

    /** Notes that the stored data is damaged although it can be read: nothing is read or appended from now on. */
    public void giveUp(String why) {
        damage = why;
    }

    /** What was found damaged, with file and position; empty: nothing. */
    public Optional<String> damage() {
        return Optional.ofNullable(damage);
    }

    /**
     * Appends whole batches as a client or a coordinator sent them: all or none. The buffer between position and limit is changed in place
     * (offsets, leader epoch, times), big endian; position and limit stay. Owner thread.
     *
     * <p>Refused with CORRUPT_MESSAGE, INVALID_RECORD, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_TIMESTAMP,
     * OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, TRANSACTION_COORDINATOR_FENCED or
     * KAFKA_STORAGE_ERROR. One of a producer's last five batches sent again is answered with its offsets.
     *
     * @param nowMillis the wall clock
     */
    public AppendInfo appendAsLeader(ByteBuffer batches, int leaderEpoch, AppendOrigin origin, long nowMillis) {
        Optional<AppendInfo> unavailable = unavailable();
        if (unavailable.isPresent()) return unavailable.get();
        BatchPolicy policy = config.batches();
        Prepared prepared = preparation.forLeader(batches, policy, origin, view.logEndOffset(), leaderEpoch, nowMillis);
        AppendInfo answer = prepared.answer();
        return answer != null ? answer : write(prepared.stored(), nowMillis, policy.logAppendTime() ? nowMillis : -1);
    }

    /**
     * Appends whole batches as the leader sent them. Owner thread; the buffer is not changed, and must be big endian.
     *
     * <p>Refused as a whole with OFFSET_OUT_OF_RANGE when they don't begin at the log's end or later, UNKNOWN_LEADER_EPOCH when one is newer
     * than {@code leaderEpoch}, CORRUPT_MESSAGE, INVALID_RECORD or KAFKA_STORAGE_ERROR.
     *
     * @param leaderEpoch that this replica follows
     */
    public AppendInfo appendAsFollower(ByteBuffer batches, int leaderEpoch, long nowMillis) {
        Optional<AppendInfo> unavailable = unavailable();
        if (unavailable.isPresent()) return unavailable.get();
        Prepared prepared = preparation.forFollower(batches, view.logEndOffset(), leaderEpoch);
        AppendInfo answer = prepared.answer();
        return answer != null ? answer : write(prepared.stored(), nowMillis, -1);
    }

    /** Notes that this replica leads in {@code epoch} from the log's end on (KIP-101). Owner thread. */
    public void startLeaderEpoch(int epoch) {
        LogView now = view;
        view = now.withEpochs(now.epochs().assign(epoch, now.logEndOffset()));
    }

    /**
     * Reads whole batches of one segment, from the one that holds {@code offset} on. Any thread; may read from disk. The slice stays readable
     * when its segment is deleted; only a truncation of the very range, which no reader below the high watermark meets, shortens it.
     *
     * @param minOneBatch return the first batch even if it is larger than {@code maxBytes}
     * @param endBound only batches wholly below this offset
     */
    public LogRead read(long offset, int maxBytes, boolean minOneBatch, long endBound) {
        return read(
                offset, now -> LogRead.of(LogReader.slice(now, offset, maxBytes, minOneBatch, endBound), List.of()));
    }

    /** As {@link #read}, for a reader of committed records: with the transactions that were aborted among what is returned. */
    public LogRead readCommitted(long offset, int maxBytes, boolean minOneBatch, long lastStableOffset) {
        return read(offset, now -> AbortedTransactions.read(now, offset, maxBytes, minOneBatch, lastStableOffset));
    }

    private LogRead read(long offset, LookUps.Lookup<LogRead> found) {
        if (!open) return LogRead.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        if (!isOnline()) return LogRead.failed(ErrorCode.KAFKA_STORAGE_ERROR);
        try {
            return lookUps.run("reading " + name + " at offset " + offset, now -> {
                if (offset < now.logStartOffset() || offset > now.logEndOffset()) {
                    return LogRead.failed(ErrorCode.OFFSET_OUT_OF_RANGE);
                }
                return found.in(now);
            });
        } catch (StorageException e) {
            return LogRead.failed(open ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
    }

    /**
     * The first record whose time is at least {@code timestamp}. Any thread; may read from disk.
     *
     * @param endBound only records below this offset
     */
    public Optional<TimestampOffset> offsetForTimestamp(long timestamp, long endBound) {
        return lookUps.run("looking up a time in " + name, now -> LogReader.firstAtOrAfter(now, timestamp, endBound));
    }

    /** The first of the records with the newest time below {@code endBound}. Any thread; may read from disk. */
    public Optional<TimestampOffset> offsetOfMaxTimestamp(long endBound) {
        return lookUps.run("looking up the newest time in " + name, now -> LogReader.newest(now, endBound));
    }

    /** Where a reader stands that reads up to {@code highWatermark}. Any thread; may read from disk. */
    public ReaderPlace placeOf(long offset, long highWatermark, long nowMs) {
        return lookUps.run(
                "looking up a reader's place in " + name,
                now -> ReaderPlace.of(now, config, offset, highWatermark, nowMs));
    }

    /** The transactions that were aborted and may have records in {@code [from, to)}, by their markers. Any thread; may read from disk. */
    public List<AbortedTxn> abortedTransactions(long from, long to) {
        return lookUps.run(
                "looking up aborted transactions in " + name, now -> AbortedTransactions.overlapping(now, from, to));
    }

    /**
     * Up to where readers of committed records may read: where the first transaction begins that is open, or whose marker is not below the high
     * watermark; without any, the high watermark. Owner thread.
     *
     * @param highWatermark not below that of an earlier call, unless the log was cut
     */
    public long lastStableOffset(long highWatermark) {
        long unstable = producers.firstUnstableOffset(highWatermark).orElse(highWatermark);
        return Math.max(view.logStartOffset(), Math.min(unstable, highWatermark));
    }

    /** The producers that wrote here, for questions, and to have idle ones forgotten. Owner thread. */
    public ProducerStates producers() {
        return producers;
    }

    /** Makes the log start at {@code offset}, if that lies ahead and not behind the log's end. Owner thread. */
    public void incrementLogStartOffset(long offset) {
        LogView now = view;
        if (offset <= now.logStartOffset()) return;
        if (offset > now.logEndOffset()) {
            throw new IllegalArgumentException(
                    name + " ends at offset " + now.logEndOffset() + " and cannot start at " + offset);
        }
        view = now.withStart(offset, now.epochs().truncateFromStart(offset));
    }

    /**
     * Cuts everything from {@code offset} on; if that lies within a batch, the whole batch. Nothing happens at or behind the log's end. Owner
     * thread; may wait for a flush that is under way.
     */
    public void truncateTo(long offset) {
        LogView now = view;
        if (offset >= now.logEndOffset()) return;
        if (offset < now.logStartOffset() || offset < now.segments().get(0).baseOffset()) {
            truncateFullyAndStartAt(offset);
            return;
        }
        changeAlone("truncating " + name + " to offset " + offset, () -> {
            long end = now.segments().get(now.indexOf(offset)).endBelow(offset);
            try {
                place.flusher().lower(name, end, () -> view = LogTruncation.truncate(now, offset));
            } finally {
                // Once cut, also when the disk has no room to note it.
                if (!view.equals(now))
                    producers.truncateTo(end, new ProducerRecovery(place.snapshots(), view).reload());
            }
        });
    }

    /** Drops everything; the next append gets {@code offset}. Owner thread; may wait for a flush that is under way. */
    public void truncateFullyAndStartAt(long offset) {
        LogView now = view;
        changeAlone("emptying " + name + " to start at offset " + offset, () -> {
            try {
                place.flusher().lower(name, offset, () -> view = LogTruncation.startOver(now, offset, place));
            } finally {
                if (!view.equals(now)) place.snapshots().deleteAll();
                if (!view.equals(now)) producers.clear();
            }
        });
    }

    /** Begins a new segment unless the present one is empty. Owner thread. */
    public void roll() {
        change("rolling " + name, this::rollSegment);
    }

    /** Puts all that was appended before on disk and moves the recovery point. Any thread; blocks on the disk. */
    public void flush() {
        place.flush(name, () -> view, () -> open);
    }

    /** Has the log flushed soon; requests that come while a flush is under way share the next. Any thread. */
    public void requestFlush() {
        flushRequests.add();
    }

    /** What hears the new {@link #recoveryPoint} after each flush that was requested or that follows a roll, on the flushing thread. */
    public void onFlushed(LongConsumer listener) {
        flushRequests.onFlushed(listener);
    }

    /**
     * Moves the log's start past what the topic's settings no longer keep, as far as it is committed. Owner thread.
     *
     * @return whether the log starts later now
     */
    public boolean applyRetention(long highWatermark, long nowMillis) {
        if (!open || !isOnline()) return false;
        long before = view.logStartOffset();
        change("applying retention to " + name, () -> {
            long start = Retention.start(view, config, highWatermark, nowMillis);
            try {
                if (start == view.logEndOffset() && start > before) rollSegment();
            } catch (NoSpaceException e) {
                failed("rolling " + name, e); // The others can go all the same.
            }
            incrementLogStartOffset(start);
        });
        return view.logStartOffset() > before;
    }

    /** Drops the segments that lie before the log's start, once that is on disk; their files go after file.delete.delay.ms. Owner thread. */
    public void dropSegmentsBeforeStart() {
        int count = Retention.droppable(
                view, startCheckpoint.offset(), place.flusher().done());
        if (count > 0 && open && isOnline()) changeAlone("dropping segments of " + name, () -> dropOldest(count));
    }

    /** The segments, oldest first; the last takes the appends. Any thread. */
    public List<Segment> segments() {
        return view.segments();
    }

    public LogCompaction compaction() {
        return compaction;
    }

    /** Whether the log is open and its disk works. Any thread. */
    boolean isInService() {
        return open && isOnline();
    }

    /** Makes readers find {@code cleaned} in the place of {@code old}; false: the log has not got them any more. Owner thread. */
    boolean show(List<Segment> old, Segment cleaned) {
        Optional<LogView> next = isInService() ? view.withReplaced(old, cleaned) : Optional.empty();
        next.ifPresent(changed -> view = changed);
        return next.isPresent();
    }

    /** Flushes, and leaves files with which the next start needs no scan. Owner thread; afterwards nothing else may be called but reads. */
    @Override
    public void close() {
        if (!open) return;
        open = false;
        if (!isOnline()) {
            abandon();
            return;
        }
        changeAlone("closing " + name, () -> {
            LogView now = view;
            if (unchanged == null || !now.holdsTheSame(unchanged)) {
                place.snapshots().writeForced(now.logEndOffset(), producers);
                now.active().seal();
                place.flusher().flushSealed(now);
            }
            for (Segment segment : now.segments()) segment.abandon();
        });
    }

    /** Lets go of the files as they are, without writing. Owner thread. */
    void abandon() {
        open = false;
        for (Segment segment : view.segments()) segment.abandon();
    }

    private AppendInfo write(ByteBuffer batches, long nowMillis, long logAppendTimeMs) {
        Extent extent = place.writer().measure(batches, view.epochs());
        long first = extent.firstOffset();
        long last = extent.lastOffset();
        try {
            int bytes = batches.remaining();
            if (RollPolicy.mustRoll(view, config, bytes, last, extent.maxTimestamp(), nowMillis)) rollSegment();
            view = place.writer().append(view, batches, extent, config, nowMillis);
        } catch (IOException e) {
            failed("appending to " + name, e);
            return e instanceof NoSpaceException
                    ? environment().space().refusal()
                    : environment().offline(name);
        }
        return new AppendInfo(ErrorCode.NONE, "", first, last, extent.maxTimestamp(), logAppendTimeMs, batches, false);
    }

    private void rollSegment() throws IOException {
        if (view.activeSize() == 0) return;
        view = place.writer().roll(view, config);
        requestFlush();
    }

    private void dropOldest(int count) throws IOException {
        LogView now = view;
        List<Segment> dropped = now.segments().subList(0, count);
        new ProducerRecovery(place.snapshots(), now).provide(now.segments().get(count));
        LOG.info("{}: dropping {} segments before the log's start, {}", name, count, now.logStartOffset());
        view = now.withSegments(now.segments().subList(count, now.segments().size()));
        environment().metrics().deleted(count, LogTruncation.retire(dropped, place.snapshots()));
        environment().removeLater(dropped, config.fileDeleteDelayMs());
    }

    private Optional<AppendInfo> unavailable() {
        if (!open) return Optional.of(AppendInfo.refused(ErrorCode.NOT_LEADER_OR_FOLLOWER, name + " is closed"));
        if (!isOnline()) return Optional.of(environment().offline(name));
        return isFull() ? Optional.of(environment().space().refusal()) : Optional.empty();
    }

    /** A damaged segment takes this log offline, a failing disk all logs of the directory. */
    void failed(String what, IOException cause) {
        if (cause instanceof CorruptSegmentException) {
            damage = cause.getMessage();
            LOG.error("{} goes offline: {}", name, what, cause);
        } else {
            environment().health().fail(what, cause);
        }
    }

    private void change(String what, LogChange change) {
        try {
            change.run();
        } catch (IOException e) {
            failed(what, e);
            throw new StorageException(what, e);
        }
    }

    /** As {@link #change}, when no compaction is putting segments in the place of others. */
    private void changeAlone(String what, LogChange change) {
        change(what, () -> place.swaps().exclusively(change));
    }
}
