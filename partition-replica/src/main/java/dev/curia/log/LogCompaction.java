package dev.curia.log;

import dev.curia.log.clean.CleanableLog;
import dev.curia.log.clean.Cleaners;
import dev.curia.log.producer.ProducerStates;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The compaction of one log. Thread-safe. */
public final class LogCompaction {
    private final PartitionLog log;
    private final ProducerStates producers;
    // Guarded by this; null: not looked after by a cleaner.
    private @Nullable CleanableLog port;
    private Supplier<CleanableLog> newPort = () -> {
        throw new IllegalStateException("no cleaner has been told of this log");
    };

    LogCompaction(PartitionLog log, ProducerStates producers) {
        this.log = log;
        this.producers = producers;
    }

    /**
     * Has the broker's cleaner look after the log from now on; it compacts it whenever the topic's settings say so.
     *
     * @param bounds how far; asked from any thread; empty: not at all now
     */
    public synchronized void start(OwnerThread owner, Supplier<Optional<CompactionBounds>> bounds) {
        newPort = () -> port(owner, bounds);
        add();
    }

    private void add() {
        CleanableLog added = newPort.get();
        port = added;
        cleaner().add(added);
    }

    /**
     * The log lies elsewhere from now on: compaction goes on there. Owner thread.
     *
     * @return completes when no cleaner uses the files that it had before
     */
    synchronized CompletableFuture<Void> moved() {
        if (port == null) return CompletableFuture.completedFuture(null);
        CompletableFuture<Void> ended = end();
        add();
        return ended;
    }

    private Cleaners cleaner() {
        return log.place().environment().background().cleaner();
    }

    /** Ends that; completes when no cleaner uses the log any more. Asking again gives the same. */
    synchronized CompletableFuture<Void> end() {
        CleanableLog present = port;
        return present == null
                ? CompletableFuture.completedFuture(null)
                : cleaner().remove(present);
    }

    /** From this offset on the log is as it was appended, at this moment. Any thread. */
    public long reach() {
        return log.view().active().baseOffset();
    }

    /** Tombstones and markers before this offset may be missing here: they were compacted away, here or where the log was copied from. */
    public long deletesRemovedTo() {
        return log.place().environment().cleaner().deletesRemovedTo(log.name());
    }

    /**
     * Notes durably that what is copied from now on may lack tombstones and markers before {@code offset}. Owner thread; blocks on the disk.
     *
     * @throws StorageException when the disk fails; the log directory is offline then
     */
    public void copyLacksDeletesTo(long offset) {
        try {
            log.place().environment().cleaner().deletesRemovedTo(log.name(), offset);
        } catch (IOException e) {
            String what = "noting the removed tombstones of " + log.name();
            log.failed(what, e);
            throw new StorageException(what, e);
        }
    }

    /** This log for a cleaner. */
    CleanableLog port(OwnerThread owner, Supplier<Optional<CompactionBounds>> bounds) {
        return new CompactedLog(log, log.place(), producers, owner, bounds);
    }
}
