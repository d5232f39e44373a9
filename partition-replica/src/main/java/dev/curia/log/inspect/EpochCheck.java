package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Compares the leader epochs of batches with each other and with the epoch file. */
final class EpochCheck {
    private final Path file;
    private final boolean present;
    private final List<EpochHistory.Entry> entries;
    private final EpochHistory history;
    private int newest = BatchView.NONE;

    private EpochCheck(Path file, boolean present, List<EpochHistory.Entry> entries) {
        this.file = file;
        this.present = present;
        this.entries = entries;
        this.history = EpochHistory.of(entries);
    }

    /** Fails when the file is not in its format. */
    static EpochCheck read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(EpochCheckpoint.FILE_NAME);
        CheckpointFile checkpoint = new CheckpointFile(files, file);
        List<EpochHistory.Entry> entries = new ArrayList<>();
        for (String[] fields : checkpoint.read(2)) {
            entries.add(new EpochHistory.Entry((int) checkpoint.number(fields[0]), checkpoint.number(fields[1])));
        }
        return new EpochCheck(file, files.exists(file), entries);
    }

    /** Knows nothing: compares batches with each other only. */
    static EpochCheck without(Path directory) {
        return new EpochCheck(directory.resolve(EpochCheckpoint.FILE_NAME), false, List.of());
    }

    Path file() {
        return file;
    }

    boolean isPresent() {
        return present;
    }

    /** Why the file's entries cannot be true, whatever the log holds; null: they can. */
    @Nullable
    String disorder() {
        for (int i = 0; i < entries.size(); i++) {
            EpochHistory.Entry entry = entries.get(i);
            if (entry.epoch() < 0 || entry.startOffset() < 0) return "has the entry " + text(entry);
            if (i == 0) continue;
            EpochHistory.Entry before = entries.get(i - 1);
            if (entry.epoch() <= before.epoch() || entry.startOffset() <= before.startOffset()) {
                return "has the entry " + text(entry) + " behind " + text(before);
            }
        }
        return null;
    }

    /** Why this batch cannot follow the ones before; null: it can. */
    @Nullable
    String order(BatchView batch) {
        int epoch = batch.leaderEpoch();
        if (epoch < 0 || epoch >= newest) return null;
        return "the batch is of leader epoch " + epoch + ", one before it of epoch " + newest;
    }

    /**
     * Takes a batch that can follow the ones before.
     *
     * @param flushed whether the file must know of its epoch
     * @param exact whether the file is not ahead of other files, as a crash may leave it
     * @return what contradicts; null: nothing
     */
    @Nullable
    String batch(BatchView batch, boolean flushed, boolean exact) {
        String contradiction = entries.isEmpty() && !exact ? null : contradiction(batch, flushed);
        // An epoch that the file denies is no measure for those behind it.
        if (contradiction == null) newest = batch.leaderEpoch();
        return contradiction;
    }

    private @Nullable String contradiction(BatchView batch, boolean flushed) {
        int epoch = batch.leaderEpoch();
        if (!present || (epoch < 0 && entries.isEmpty())) return null;
        OptionalInt first = history.epochAt(batch.baseOffset());
        OptionalInt last = history.epochAt(batch.lastOffset());
        // What was written before the file's first entry is before the log's start, or was when the file was written.
        boolean trimmed = first.isEmpty()
                && !entries.isEmpty()
                && epoch >= 0
                && epoch <= entries.get(0).epoch();
        if (trimmed && (last.isEmpty() || last.getAsInt() == epoch)) return null;
        if (first.isPresent() && first.getAsInt() == epoch && last.getAsInt() == epoch) return null;
        // Written with the next flush.
        boolean behind = epoch > history.lastEpoch().orElse(BatchView.NONE);
        if (behind && !flushed) return null;
        return "the batch at offset " + batch.baseOffset() + " is of leader epoch " + epoch + ", "
                + EpochCheckpoint.FILE_NAME + " says "
                + (last.isEmpty() ? "nothing of this offset" : "epoch " + last.getAsInt());
    }

    /** What the file says of offsets that the log does not reach; null: nothing. */
    @Nullable
    String beyond(long logEndOffset) {
        for (EpochHistory.Entry entry : entries) {
            if (entry.startOffset() > logEndOffset) {
                return "has the entry " + text(entry) + ", but the log ends at offset " + logEndOffset;
            }
        }
        return null;
    }

    private static String text(EpochHistory.Entry entry) {
        return "'" + entry.epoch() + " " + entry.startOffset() + "'";
    }
}
