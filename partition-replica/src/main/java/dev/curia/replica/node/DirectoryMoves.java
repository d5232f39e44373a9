package dev.curia.replica.node;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMove;
import dev.curia.log.StorageException;
import dev.curia.log.io.NoSpaceException;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas of this broker that move to another of its log directories (KIP-113), one at a time, in the background and within a rate, while they
 * lead or follow as before. What was under way when the process ended begins again at the next start. Thread-safe.
 */
public final class DirectoryMoves {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryMoves.class);
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int SMALL_CHUNK_BYTES = 16 << 10;
    /** After so much another move has its turn. */
    private static final long TURN_BYTES = 256 << 20;

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long NO_SPACE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A rate that changes meanwhile counts from then on. */
    private static final long MOST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ReplicaStore store;
    private final Function<TopicPartition, Optional<PartitionReplica>> hosted;
    private final ReplicaContext context;
    private final EventLoop timer;
    private final ExecutorService disk;
    private final RateBudget budget;
    private volatile long bytesPerSecond = RateBudget.UNBOUNDED;

    // Guarded by this: in the order in which they have their turns.
    private final Map<TopicPartition, Move> moves = new LinkedHashMap<>();
    private boolean working;
    private boolean open = true;

    /** Where a move is at. */
    public record UnderWay(TopicPartition partition, Path directory, long sizeInBytes, long offsetLag) {}

    private static final class Move {
        final PartitionReplica replica;
        final LogDirectory to;
        volatile @Nullable LogMove log; // null: not begun
        volatile boolean cancelled;
        // Of the one who has the turn.
        long turnBytes;
        boolean waits;

        Move(PartitionReplica replica, LogDirectory to) {
            this.replica = replica;
            this.to = to;
        }
    }

    /**
     * @param hosted the open replica of a partition
     * @param timer for what is to be done later
     * @param disk does the work
     */
    DirectoryMoves(
            ReplicaStore store,
            Function<TopicPartition, Optional<PartitionReplica>> hosted,
            ReplicaContext context,
            EventLoop timer,
            ExecutorService disk) {
        this.store = store;
        this.hosted = hosted;
        this.context = context;
        this.timer = timer;
        this.disk = disk;
        this.budget = new RateBudget(context.clock(), () -> bytesPerSecond);
        context.metrics().watchDirectoryMoves(() -> underWay().size());
    }

    /** @param rate in bytes a second, of all moves together, positive; unbounded is {@link Long#MAX_VALUE} */
    public void throttle(long rate) {
        bytesPerSecond = rate;
    }

    /**
     * Begins to move a partition's replica, in the place of another move of it; to where it lies already ends that move.
     *
     * @return NONE; LOG_DIR_NOT_FOUND: log.dirs has no such directory; KAFKA_STORAGE_ERROR: that is offline; REPLICA_NOT_AVAILABLE: no replica of
     *     the partition is open here: when one is made, it is made there
     */
    public ErrorCode move(TopicPartition partition, Path directory) {
        Optional<LogDirectory> to = store.directory(directory);
        if (to.isEmpty())
            return store.isUnopened(directory) ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.LOG_DIR_NOT_FOUND;
        if (!to.get().isOnline()) return ErrorCode.KAFKA_STORAGE_ERROR;
        Optional<PartitionReplica> replica = hosted.apply(partition);
        if (replica.isEmpty()) {
            store.wish(partition, to.get());
            return ErrorCode.REPLICA_NOT_AVAILABLE;
        }
        begin(replica.get(), to.get());
        return ErrorCode.NONE;
    }

    /** Those of now, in no order. */
    public List<UnderWay> underWay() {
        List<Move> all;
        synchronized (this) {
            all = List.copyOf(moves.values());
        }
        return all.stream().flatMap(DirectoryMoves::describe).toList();
    }

    private static Stream<UnderWay> describe(Move move) {
        LogMove log = move.log;
        long size = log == null ? 0 : log.sizeInBytes();
        long lag = log == null
                ? move.replica.log().logEndOffset() - move.replica.log().logStartOffset()
                : log.lag();
        boolean done = move.to.path().equals(move.replica.log().directory().getParent());
        return done ? Stream.empty() : Stream.of(new UnderWay(move.replica.name(), move.to.path(), size, lag));
    }

    /** The replica has been opened: a move of a former process goes on. May block on the disk. */
    void resume(PartitionReplica replica) {
        store.leftover(replica.id()).ifPresent(to -> begin(replica, to));
    }

    /** Nobody uses the replica's log here any more: its move ends, too. Blocks on the disk. */
    void end(PartitionReplica replica) {
        take(replica).ifPresent(this::cancel);
    }

    /** As {@link #end}, from a thread that may not wait, since the replica cannot be used. */
    void endLater(PartitionReplica replica, String why) {
        take(replica).ifPresent(move -> {
            tellFailed(move, CauseKind.OFFLINE_REPLICA, "the replica went offline: " + why);
            run(() -> cancel(move));
        });
    }

    /** The broker stops: no work is begun any more. */
    synchronized void stop() {
        open = false;
    }

    /** What is under way begins again at the next start. After {@link #stop}, when {@code disk} has ended. */
    synchronized void close() {
        for (Move move : moves.values()) {
            LogMove log = move.log;
            if (log != null) log.interrupt();
        }
        moves.clear();
    }

    private void begin(PartitionReplica replica, LogDirectory to) {
        Optional<Move> before;
        synchronized (this) {
            Move present = moves.get(replica.name());
            boolean same = present != null && present.replica == replica && present.to == to;
            if (!open || same) return;
            before = Optional.ofNullable(moves.remove(replica.name()));
            before.ifPresent(move -> move.cancelled = true);
            boolean there = store.directoryOf(replica.log()).equals(Optional.of(to));
            if (!there) {
                moves.put(replica.name(), new Move(replica, to));
                LOG.info("{} moves from {} to {}", replica.name(), replica.log().directory(), to.path());
                if (!working) {
                    working = true;
                    run(this::turn);
                }
            }
        }
        before.ifPresent(move -> run(() -> cancel(move)));
    }

    private synchronized Optional<Move> take(PartitionReplica replica) {
        Move present = moves.get(replica.name());
        if (present == null || present.replica != replica) return Optional.empty();
        moves.remove(replica.name());
        present.cancelled = true;
        return Optional.of(present);
    }

    /** Another move of the replica may have taken its place. */
    private synchronized boolean remove(Move move) {
        move.cancelled = true;
        return moves.remove(move.replica.name(), move);
    }

    private void cancel(Move move) {
        LogMove log = move.log;
        if (log == null) return;
        log.cancel();
        finish(move, log); // which it may have been about to
    }

    /** The next move's turn. */
    private void turn() {
        Move move;
        synchronized (this) {
            Optional<Move> next = moves.values().stream().findFirst();
            working = open && next.isPresent();
            if (!working) return;
            move = next.get();
        }
        try {
            advance(move);
        } catch (NoSpaceException e) {
            if (!move.waits) LOG.warn("{} waits for room: {}", move.replica.name(), e.getMessage());
            move.waits = true;
            another(move);
            later(NO_SPACE_NANOS);
        } catch (IOException | StorageException e) {
            fail(move, e);
            later(0);
        }
    }

    private void advance(Move move) throws IOException {
        LogMove log = move.log;
        if (log == null) {
            log = store.beginMove(move.replica.log(), move.to);
            move.log = log;
            if (move.cancelled) log.cancel();
        }
        while (!move.cancelled && isOpen()) {
            long wait = budget.waitNanos();
            if (wait > 0) {
                later(Math.min(wait, MOST_WAIT_NANOS));
                return;
            }
            int copied = log.copy(chunkBytes());
            budget.spent(copied);
            context.metrics().copiedToDirectory(copied);
            move.turnBytes += copied;
            if (copied == 0) {
                reachedEnd(move, log);
                return;
            }
            move.waits = false;
            if (move.turnBytes >= TURN_BYTES) {
                another(move);
                break;
            }
        }
        later(0);
    }

    /** About a tenth of a second's. */
    private int chunkBytes() {
        return (int) Math.max(SMALL_CHUNK_BYTES, Math.min(CHUNK_BYTES, bytesPerSecond / 10));
    }

    private void reachedEnd(Move move, LogMove log) throws IOException {
        if (!log.isCaughtUp()) {
            another(move);
            later(RETRY_NANOS);
            return;
        }
        log.prepare(move.replica.view().highWatermark());
        var unused =
                move.replica.swap(() -> swap(move, log)).thenAccept(outcome -> run(() -> swapped(move, log, outcome)));
    }

    /** On the replica's loop. */
    private LogMove.Swap swap(Move move, LogMove log) {
        LogMove.Swap outcome = log.swap();
        if (outcome == LogMove.Swap.DONE) store.swapped(log, move.replica.id().topicId());
        return outcome;
    }

    private void swapped(Move move, LogMove log, LogMove.Swap outcome) {
        switch (outcome) {
            case AGAIN -> {
                another(move);
                later(RETRY_NANOS);
            }
            case ENDED -> {
                fail(move, new IOException("a disk failed, or the replica ended"));
                later(0);
            }
            case DONE -> {
                finish(move, log);
                later(0);
            }
        }
    }

    private void finish(Move move, LogMove log) {
        remove(move);
        try {
            if (!log.finish()) return;
            store.finished(log, move.replica.id().topicId());
            context.metrics().directoryChanged();
            String text = "from " + log.from().path() + " to " + log.to().path();
            LOG.info("{} has moved {}", move.replica.name(), text);
            tell(move, EventKind.DIRECTORY_CHANGED, CauseKind.REQUESTED, text);
        } catch (IOException e) {
            tellFailed(move, CauseKind.DIRECTORY_FAILED, String.valueOf(e.getMessage()));
        }
    }

    private void fail(Move move, Exception e) {
        if (!remove(move)) return; // somebody ended it, and tells why
        cancel(move);
        tellFailed(move, CauseKind.DIRECTORY_FAILED, String.valueOf(e.getMessage()));
    }

    private void tellFailed(Move move, CauseKind cause, String why) {
        context.metrics().directoryMoveFailed();
        String text = "to " + move.to.path() + ": " + why;
        LOG.warn("{} could not be moved {}", move.replica.name(), text);
        tell(move, EventKind.DIRECTORY_MOVE_FAILED, cause, text);
    }

    private void tell(Move move, EventKind kind, CauseKind cause, String text) {
        PartitionReplica replica = move.replica;
        context.events().happened(new ReplicaEvent(kind, cause, replica.id(), replica.name(), text, Optional.empty()));
    }

    /** Others come first now. */
    private synchronized void another(Move move) {
        move.turnBytes = 0;
        if (moves.remove(move.replica.name(), move)) moves.put(move.replica.name(), move);
    }

    private synchronized boolean isOpen() {
        return open;
    }

    private void later(long nanos) {
        if (nanos == 0) {
            run(this::turn);
            return;
        }
        boolean offered = timer.offer(() -> timer.schedule(nanos, () -> run(this::turn)));
        if (!offered) run(this::turn);
    }

    private void run(Runnable task) {
        try {
            disk.execute(task);
        } catch (RejectedExecutionException stopping) {
            // The next start begins again, or finds the new log.
        }
    }
}
