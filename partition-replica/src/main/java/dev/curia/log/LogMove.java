package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NoSpaceException;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The move of an open log to another log directory of this broker (KIP-113), while it is used. Whoever moves it calls {@link #copy} until that
 * has caught up, {@link #prepare}, has the log's owner thread call {@link #swap}, and then {@link #finish}; or begins again where
 * {@code swap} says so. A crash leaves the old log or the whole new one:
 *
 * <ol>
 *   <li>The copy grows in a directory that is no partition's, see {@link FutureDirectory}.
 *   <li>{@code prepare}: all of it is on disk, with a {@link ReplacementMark} later than the old one's, and the target's checkpoints know it. The
 *       old directory says, durably, where the log is about to go ({@link MoveNote}).
 *   <li>{@code swap}: what was appended since is copied too; only as far as the old log promises to have it on disk it is forced. Then the copy's
 *       directory gets the partition's name: from here on the later mark tells which of the two is the log. No record is between the two, for this
 *       is the owner thread. The recovery point stays, and moves on only when the new name is durable, as with every new log.
 *   <li>{@code finish}: that name is made durable, and only then the old directory is removed.
 * </ol>
 *
 * <p>Thread-safe. Everything but the getters blocks on the disk; {@code swap} does so only as told above.
 */
public final class LogMove {
    private static final Logger LOG = LoggerFactory.getLogger(LogMove.class);
    /** The owner thread copies no more than this. */
    private static final int SWAP_BYTES = 4 << 20;

    private final PartitionLog log;
    private final LogDirectory from;
    private final LogDirectory to;
    private final Supplier<ReplacementMark> marks;
    private final Path future;
    private final LogCopy copy;
    // Guarded by this.
    private @Nullable Prepared prepared;
    private @Nullable Moved moved;
    private boolean offsetsWritten;
    private boolean noted;
    private boolean ended;

    /** How an attempt to swap ended. */
    public enum Swap {
        /** The log lies in the target directory. */
        DONE,
        /** The log has changed since {@link #prepare}, or cannot go there now. */
        AGAIN,
        /** It stays where it is: the move was cancelled, or a disk failed. */
        ENDED
    }

    /** What the target's files say of the log. */
    private record Prepared(long forcedTo, EpochHistory epochs, DirectoryOffsets.Of offsets) {}

    /** What is left of the log's old place. */
    private record Moved(LogPlace before, List<Segment> segments, CompletableFuture<Void> compactionEnded) {}

    private LogMove(
            PartitionLog log, LogDirectory from, LogDirectory to, Supplier<ReplacementMark> marks, Path future) {
        this.log = log;
        this.from = from;
        this.to = to;
        this.marks = marks;
        this.future = future;
        this.copy = new LogCopy(log, future, to.environment());
    }

    /** @param marks each call gives a later one than all that this broker wrote before */
    public static LogMove begin(PartitionLog log, LogDirectory from, LogDirectory to, Supplier<ReplacementMark> marks)
            throws IOException {
        TopicPartition name = log.name();
        Path target = to.path().resolve(name.toString());
        Path future = to.path().resolve(FutureDirectory.name(name, to.retired().uniqueId()));
        FileSystem files = to.environment().files();
        if (files.exists(target) && !files.list(target).isEmpty()) {
            throw new LogDirectoryException(target + " exists already; delete it first");
        }
        LogMove move = new LogMove(log, from, to, marks, future);
        move.inTarget("beginning to copy " + name, () -> {
            to.offsets().remove(name);
            files.createDirectories(future);
            PartitionMetadata.write(files, future, log.topicId());
            PartitionMetadata.force(files, future);
            // From here on the move begins again by itself after a restart.
            files.forceDirectory(future);
            files.forceDirectory(to.path());
        });
        return move;
    }

    public TopicPartition name() {
        return log.name();
    }

    public LogDirectory from() {
        return from;
    }

    public LogDirectory to() {
        return to;
    }

    /** Copied so far. */
    public long sizeInBytes() {
        return copy.sizeInBytes();
    }

    /** How many offsets the copy is behind. */
    public long lag() {
        return Math.max(0, log.logEndOffset() - copy.endOffset());
    }

    /**
     * Copies about so many bytes.
     *
     * @return how many; 0: all there is now, or the log is being cut, see {@link #isCaughtUp}
     * @throws IOException when the move cannot go on: a disk failed, or what is to be copied is damaged
     * @throws NoSpaceException when the target has no room now
     */
    public synchronized int copy(int maxBytes) throws IOException {
        if (ended || moved != null) return 0;
        if (!to.isOnline()) throw new IOException("log directory " + to.path() + " is offline");
        if (!log.isInService()) throw new IOException(log.name() + " is offline or closed");
        if (to.isFull()) throw new NoSpaceException(new IOException("log directory " + to.path() + " is full"));
        int[] copied = {0};
        inTarget("copying " + log.name(), () -> copied[0] = copy.step(maxBytes));
        return copied[0];
    }

    /** Whether the last {@link #copy} found nothing left. */
    public synchronized boolean isCaughtUp() {
        return copy.reached() != null;
    }

    /**
     * Puts on disk what was copied, and all else that the log needs there, after {@link #copy} has caught up.
     *
     * @param highWatermark of the replica
     */
    public synchronized void prepare(long highWatermark) throws IOException {
        LogView at = copy.reached();
        if (ended || moved != null || at == null) return;
        FileSystem files = to.environment().files();
        CleanerCheckpoints cleaner = from.offsets().cleaner();
        DirectoryOffsets.Of offsets = new DirectoryOffsets.Of(
                at.logEndOffset(),
                at.logStartOffset(),
                Math.min(highWatermark, at.logEndOffset()),
                cleaner.cleanedTo(log.name()),
                cleaner.deletesRemovedTo(log.name()));
        inTarget("putting the copy of " + log.name() + " on disk", () -> {
            copy.force(at);
            new EpochCheckpoint(files, future).write(at.epochs());
            marks.get().write(files, future);
            files.forceDirectory(future);
            offsetsWritten = true;
            to.offsets().put(log.name(), offsets);
        });
        if (!noted) {
            noted = true;
            inSource("noting where " + log.name() + " goes", () -> MoveNote.write(fromFiles(), here(), to.id()));
        }
        prepared = new Prepared(at.logEndOffset(), at.epochs(), offsets);
    }

    /** Puts the log in its new place if nothing has changed since {@link #prepare} but appends. The log's owner thread. */
    public synchronized Swap swap() {
        if (ended || moved != null || !log.isInService() || !to.isOnline()) return Swap.ENDED;
        Prepared ready = prepared;
        prepared = null;
        LogView now = log.view();
        if (ready == null || to.isFull() || !isStill(ready, now) || !copy.canFollow(now, SWAP_BYTES)) return Swap.AGAIN;
        try {
            inTarget("copying the end of " + log.name(), () -> {
                copy.follow(now);
                if (log.recoveryPoint() > ready.forcedTo()) copy.force(now);
            });
        } catch (NoSpaceException e) {
            return Swap.AGAIN;
        } catch (IOException e) {
            return Swap.ENDED;
        }
        Path target = to.path().resolve(log.name().toString());
        if (!rename(target)) return Swap.ENDED;
        moved = goOn(ready, now, target);
        return Swap.DONE;
    }

    private boolean isStill(Prepared ready, LogView now) {
        DirectoryOffsets.Of offsets = ready.offsets();
        return now.epochs().equals(ready.epochs())
                && now.logStartOffset() == offsets.logStartOffset()
                && log.compaction().deletesRemovedTo() == offsets.deletesRemovedTo();
    }

    private boolean rename(Path target) {
        try {
            to.environment().files().rename(future, target);
            return true;
        } catch (IOException e) {
            // It may have happened all the same. Then the next start must find that the log stayed.
            try {
                marks.get().write(fromFiles(), here());
            } catch (IOException marking) {
                from.fail("marking " + log.name() + " as the newer", marking);
            }
            to.fail("giving the copy of " + log.name() + " its name", e);
            return false;
        }
    }

    /** Nothing here may fail. */
    private Moved goOn(Prepared ready, LogView now, Path target) {
        LogPlace before = log.place();
        LogPlace place = LogPlace.of(
                target,
                to.environment(),
                before.flusher().recoveryPoint(),
                now.active().baseOffset(),
                ready.epochs(),
                log.producers(),
                log::config);
        log.startCheckpoint().written(now.logStartOffset());
        to.takeOver(log, from);
        log.goOnIn(place, copy.asView(now, target));
        return new Moved(before, now.segments(), log.compaction().moved());
    }

    /**
     * Makes the swap durable and removes the old directory, after {@link Swap#DONE}.
     *
     * @return false: there is nothing to finish, or it was done before
     * @throws IOException when the target's disk failed: the old files stay, for nobody knows which of the two the next start will find
     */
    public synchronized boolean finish() throws IOException {
        Moved done = moved;
        if (done == null || ended) return false;
        ended = true;
        done.before.flusher().end();
        done.compactionEnded.join();
        done.segments.forEach(Segment::abandon);
        // Until the new name is durable the old log may be needed.
        inTarget("making the move of " + log.name() + " durable", () -> {
            if (!to.isOnline()) throw new IOException("log directory " + to.path() + " is offline");
            to.environment().files().forceDirectory(to.path());
        });
        log.requestFlush(); // whoever waits for the disk waits for this one now
        log.startCheckpoint().tell();
        if (from.isOnline()) inSource("removing " + done.before.directory(), () -> removeOld(done.before.directory()));
        return true;
    }

    /** Unless another has been made in its place. */
    private void removeOld(Path directory) throws IOException {
        if (MoveNote.read(fromFiles(), directory).isEmpty()) return;
        from.retired().delete(log.name(), directory);
        from.offsets().forget(log.name());
    }

    /** Ends the move and removes what was copied; nothing happens once the log has been swapped. */
    public synchronized void cancel() {
        if (!end() || !to.isOnline()) return;
        try {
            to.retired().delete(log.name(), future);
            if (offsetsWritten) to.offsets().forget(log.name());
        } catch (IOException e) {
            to.fail("removing " + future, e);
        }
    }

    /** Stops for now: the next start begins again. Nothing happens once the log has been swapped. */
    public synchronized void interrupt() {
        end();
    }

    private boolean end() {
        if (ended || moved != null) return false;
        ended = true;
        copy.abandon();
        try {
            if (noted && from.isOnline()) MoveNote.remove(fromFiles(), here());
        } catch (IOException e) {
            from.fail("removing the note of a move of " + log.name(), e);
        }
        return true;
    }

    private Path here() {
        return from.path().resolve(log.name().toString());
    }

    private FileSystem fromFiles() {
        return from.environment().files();
    }

    private void inTarget(String what, LogChange change) throws IOException {
        in(to, what, change);
    }

    private void inSource(String what, LogChange change) throws IOException {
        in(from, what, change);
    }

    private static void in(LogDirectory directory, String what, LogChange change) throws IOException {
        try {
            change.run();
        } catch (SourceException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("{} failed in {}", what, directory.path(), e);
            directory.fail(what, e);
            throw e;
        }
    }

    /** What was to be copied could not be read; the log has been told. */
    static final class SourceException extends IOException {
        private static final long serialVersionUID = 1L;

        SourceException(String message, IOException cause) {
            super(message, cause);
        }
    }
}
