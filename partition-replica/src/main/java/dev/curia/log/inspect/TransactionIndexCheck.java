package dev.curia.log.inspect;

import dev.curia.log.inspect.AbortedTransactions.Aborted;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Compares a transaction index, or its absence, with the abort markers in its segment. */
final class TransactionIndexCheck implements AutoCloseable {
    private final @Nullable AbortedTransactions entries;
    private final IndexCursor.Wrong wrong;
    private final long baseOffset;
    private final long nextBase;
    private @Nullable Aborted current;
    private long lastOffset = -1;
    private long missing;
    private boolean lenient;

    /**
     * @param file null: there is none
     * @param lenient whether records are missing on purpose, so that not every entry has its marker
     */
    TransactionIndexCheck(
            FileSystem files,
            @Nullable Path file,
            long baseOffset,
            long nextBase,
            boolean lenient,
            IndexCursor.Wrong wrong)
            throws IOException {
        this.entries = file == null ? null : new AbortedTransactions(files, file);
        this.baseOffset = baseOffset;
        this.nextBase = nextBase;
        this.lenient = lenient;
        this.wrong = wrong;
        if (entries != null && entries.trailingBytes() > 0) {
            long whole = entries.count() * AbortedTransactions.ENTRY_BYTES;
            wrong.entry(whole, entries.trailingBytes() + " bytes at the end are no whole entry");
        }
        advance();
    }

    long entries() {
        return entries == null ? 0 : entries.count();
    }

    /** Aborts of which the index does not tell. */
    long missing() {
        return missing;
    }

    /** An abort marker that is in the segment; takes its transaction out of the open ones. */
    void abortMarker(long producerId, long offset, OpenTransactions open) throws IOException {
        OptionalLong first = open.end(producerId);
        refuseBelow(offset);
        Aborted entry = current;
        if (entry == null || entry.lastOffset() != offset) {
            if (first.isPresent() && !lenient) missing++;
            return;
        }
        String defect = entry.producerId() == producerId
                ? contradiction(entry, first, open)
                : "names producer " + entry.producerId() + ", the marker there is of producer " + producerId;
        if (defect != null) wrong.entry(entry.position(), "entry for the marker at offset " + offset + " " + defect);
        advance();
    }

    private @Nullable String contradiction(Aborted entry, OptionalLong first, OpenTransactions open) {
        if (lenient) return null;
        boolean beganHere = entry.firstOffset() >= open.since();
        if (beganHere && first.isEmpty()) return "begins at offset " + entry.firstOffset() + ", where nothing is open";
        if (beganHere && entry.firstOffset() != first.getAsLong()) {
            return "begins at offset " + entry.firstOffset() + ", the transaction begins at " + first.getAsLong();
        }
        long stable = open.earliest().orElse(entry.lastOffset() + 1);
        if (entry.lastStableOffset() >= open.since() && entry.lastStableOffset() != stable) {
            return "has last stable offset " + entry.lastStableOffset() + ", expected " + stable;
        }
        return null;
    }

    /** Part of the segment cannot be read: from here on markers may be missed. */
    void damaged() {
        lenient = true;
    }

    void end() throws IOException {
        refuseBelow(Long.MAX_VALUE);
    }

    @Override
    public void close() throws IOException {
        if (entries != null) entries.close();
    }

    private void refuseBelow(long offset) throws IOException {
        for (Aborted entry = current; entry != null && entry.lastOffset() < offset; entry = current) {
            if (!lenient) {
                wrong.entry(
                        entry.position(),
                        "entry for the marker at offset " + entry.lastOffset() + ": no transaction of producer "
                                + entry.producerId() + " was aborted there");
            }
            advance();
        }
    }

    /** To the next entry that can be true. */
    private void advance() throws IOException {
        while (entries != null) {
            Aborted entry = entries.next();
            current = entry;
            if (entry == null) return;
            String defect = defect(entry);
            if (defect == null) {
                lastOffset = entry.lastOffset();
                return;
            }
            wrong.entry(entry.position(), defect);
        }
    }

    private @Nullable String defect(Aborted entry) {
        if (entry.version() != 0) return "entry has version " + entry.version() + ", expected 0";
        if (entry.producerId() < 0) return "entry names producer " + entry.producerId();
        if (entry.lastOffset() < baseOffset || entry.lastOffset() >= nextBase) {
            return "entry names a marker at offset " + entry.lastOffset() + ", which is not in this segment";
        }
        if (entry.firstOffset() < 0 || entry.firstOffset() > entry.lastOffset()) {
            return "entry runs from offset " + entry.firstOffset() + " to " + entry.lastOffset();
        }
        if (entry.lastStableOffset() < 0 || entry.lastStableOffset() > entry.lastOffset() + 1) {
            return "entry has last stable offset " + entry.lastStableOffset() + ", expected at most "
                    + (entry.lastOffset() + 1);
        }
        if (entry.lastOffset() <= lastOffset) {
            return "entry for the marker at offset " + entry.lastOffset() + " follows the one for " + lastOffset;
        }
        return null;
    }
}
