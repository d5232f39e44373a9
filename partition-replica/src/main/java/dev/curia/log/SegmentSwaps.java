package dev.curia.log;

import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.Segment;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts a cleaned segment in the place of others in one log, so that a crash between any two steps leaves the old ones or the new one:
 *
 * <ol>
 *   <li>The new segment is written aside, its files ending in {@code .cleaned}, and forced. A log that is opened then removes them.
 *   <li>{@link #commit}: its indexes are renamed to {@code .swap}, then, that being durable, its records. Once {@code <base>.log.swap} is there a
 *       log that is opened finishes the swap, see {@link SwapRecovery}.
 *   <li>{@link #publish}: readers find the new segment. No file is touched, so that the owner thread does not wait for the disk.
 *   <li>{@link #complete}: the old files become {@code .deleted}, the new indexes get their names, and, that being durable, so do the records.
 * </ol>
 *
 * <p>What cuts the log, drops segments or closes it does so {@link #exclusively}: a swap that is half done by then is finished or undone before.
 * Thread-safe.
 */
final class SegmentSwaps {
    private final Path directory;
    private final LogEnvironment environment;
    private final ProducerFiles snapshots;
    private final Supplier<LogConfig> config;
    // Guarded by this; null: none is under way.
    private @Nullable Swap current;

    private static final class Swap {
        final List<Segment> old;
        final Segment cleaned;
        boolean published;

        Swap(List<Segment> old, Segment cleaned) {
            this.old = old;
            this.cleaned = cleaned;
        }
    }

    SegmentSwaps(Path directory, LogEnvironment environment, ProducerFiles snapshots, Supplier<LogConfig> config) {
        this.directory = directory;
        this.environment = environment;
        this.snapshots = snapshots;
        this.config = config;
    }

    /** Runs what must not meet a half-done swap, and what no swap may begin before the end of. May wait for the disk. */
    synchronized void exclusively(LogChange change) throws IOException {
        settle();
        change.run();
    }

    /**
     * Makes it durable that {@code cleaned}, which is on disk, takes the place of {@code old}. Keeps the last offset of {@code old}, for that tells
     * how far the swap reaches.
     *
     * @param valid whether the log still has {@code old} as it was when {@code cleaned} was made
     * @return false: it has not, and {@code cleaned} was removed
     */
    synchronized boolean commit(List<Segment> old, Segment cleaned, BooleanSupplier valid) throws IOException {
        settle();
        current = new Swap(old, cleaned);
        try {
            if (!valid.getAsBoolean()) {
                settle();
                return false;
            }
            cleaned.moveIndexes(SegmentFiles.SWAP);
            if (files().exists(transactionIndex(cleaned, "")))
                createEmpty(transactionIndex(cleaned, SegmentFiles.SWAP));
            forceNames();
            cleaned.moveRecords(SegmentFiles.SWAP);
            forceNames();
            return true;
        } catch (IOException e) {
            settle();
            throw e;
        }
    }

    /**
     * On the owner thread.
     *
     * @param view makes readers see {@code cleaned}; answers whether it did
     * @return false: the swap was undone meanwhile, or the view did not change
     */
    synchronized boolean publish(Segment cleaned, BooleanSupplier view) {
        Swap swap = current;
        if (swap == null || swap.cleaned != cleaned || !view.getAsBoolean()) return false;
        swap.published = true;
        return true;
    }

    /** Gives the files their names, or, if the swap was not published, removes the new ones. Nothing happens when that was done before. */
    synchronized void complete(Segment cleaned) throws IOException {
        if (current != null && current.cleaned == cleaned) settle();
    }

    private void settle() throws IOException {
        Swap swap = current;
        if (swap == null) return;
        if (swap.published) finish(swap);
        else undo(swap.cleaned);
        current = null;
    }

    private void finish(Swap swap) throws IOException {
        for (Segment each : swap.old) each.markDeleted();
        snapshots.retainBases(swap.old, List.of(swap.cleaned));
        swap.cleaned.moveIndexes("");
        forceNames();
        swap.cleaned.moveRecords("");
        if (swap.cleaned.aborted().all().isEmpty()) files().delete(transactionIndex(swap.cleaned, ""));
        environment.removeLater(swap.old, config.get().fileDeleteDelayMs());
    }

    /** The records first: without them the others count for nothing. */
    private void undo(Segment cleaned) throws IOException {
        cleaned.abandon();
        files().delete(cleaned.path());
        forceNames();
        cleaned.removeFiles();
        files().delete(transactionIndex(cleaned, SegmentFiles.SWAP));
    }

    /**
     * Unless the new segment has one, an empty transaction index stands for its having none until the swap is complete: a log that is opened
     * could not tell an old one from a new one that got its name already.
     */
    private void createEmpty(Path index) throws IOException {
        if (!files().exists(index)) files().open(index).close();
    }

    private FileSystem files() {
        return environment.files();
    }

    private Path transactionIndex(Segment segment, String suffix) {
        return SegmentFiles.of(directory, segment.baseOffset(), SegmentFiles.TXN_INDEX + suffix);
    }

    private void forceNames() throws IOException {
        try {
            files().forceDirectory(directory);
        } catch (IOException e) {
            environment.health().fail("forcing names in " + directory, e);
            throw e;
        }
    }
}
