package dev.curia.log;

import dev.curia.log.segment.CorruptIndexException;
import dev.curia.log.segment.RetiredFileException;
import dev.curia.log.segment.Segment;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Look-ups in a log that changes meanwhile: each works on one view, and is made again on a newer one when the files it needed were cut or
 * dropped under it. A damaged index is made anew and asked again. Any thread.
 */
final class LookUps {
    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);
    private static final int ATTEMPTS = 10;

    private final Supplier<LogView> view;
    private final Supplier<LogConfig> config;
    private final Supplier<LogPlace> place;
    private final BooleanSupplier open;
    private final OnFailure onFailure;

    /** @param onFailure hears of damage and of failing disks, not of what a change of the log explains */
    LookUps(
            Supplier<LogView> view,
            Supplier<LogConfig> config,
            Supplier<LogPlace> place,
            BooleanSupplier open,
            OnFailure onFailure) {
        this.view = view;
        this.config = config;
        this.place = place;
        this.open = open;
        this.onFailure = onFailure;
    }

    @FunctionalInterface
    interface Lookup<T> {
        T in(LogView view) throws IOException;
    }

    @FunctionalInterface
    interface OnFailure {
        void failed(String what, IOException cause);
    }

    /** @throws StorageException when the disk failed, the records are damaged, or the log was closed */
    <T> T run(String what, Lookup<T> lookup) {
        for (int attempt = 1; ; attempt++) {
            LogPlace here = place.get();
            int truncations = here.flusher().truncations();
            LogView now = view.get();
            try {
                return lookup.in(now);
            } catch (IOException e) {
                // A cut meanwhile may have pulled the bytes away, retention, compaction or a move the files: then look
                // again. Else they are damaged, or the disk is.
                boolean changed = here.flusher().wasCutSince(truncations)
                        || !place.get().equals(here)
                        || (e instanceof RetiredFileException && view.get().segments() != now.segments())
                        || (e instanceof CorruptIndexException damaged && repaired(what, now, damaged));
                if (changed && attempt < ATTEMPTS) continue;
                if (!changed && open.getAsBoolean()) onFailure.failed(what, e);
                throw new StorageException(what, e);
            }
        }
    }

    private boolean repaired(String what, LogView now, CorruptIndexException damaged) {
        Segment segment = damaged.segment();
        LOG.warn("{}: {}; its indexes are made anew", what, damaged.getMessage());
        try {
            if (damaged.isOfTransactions()) new ProducerRecovery(place.get().snapshots(), now).reindex(segment);
            else segment.reindex(now.endOf(segment), config.get().indexIntervalBytes());
            return true;
        } catch (IOException e) {
            if (open.getAsBoolean()) onFailure.failed(what, e);
            return false;
        }
    }
}
