package dev.curia.log.inspect;

import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.IndexEntries;
import dev.curia.log.segment.SparseIndex.Entry;
import dev.curia.log.segment.SparseIndex.Format;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The entries of an index in rising order; those that are out of order are complained about and passed over. Not thread-safe.
 *
 * @implNote of two neighbours that contradict each other the former is passed over when the latter fits without it.
 */
final class IndexCursor implements AutoCloseable {
    private final IndexEntries entries;
    private final Wrong wrong;
    private @Nullable Entry previous;
    private @Nullable Entry current;
    private long currentAt;
    private @Nullable Entry following;
    private long followingAt;

    /** Hears of an entry that is not as it must be. */
    @FunctionalInterface
    interface Wrong {
        /** @param position of the entry in the index file, in bytes */
        void entry(long position, String what);
    }

    IndexCursor(FileSystem files, Path path, Format format, Wrong wrong) throws IOException {
        this.entries = new IndexEntries(files, path, format);
        this.wrong = wrong;
        if (entries.trailingBytes() > 0) {
            long whole = entries.count() * (format == Format.OFFSET ? Long.BYTES : Long.BYTES + Integer.BYTES);
            wrong.entry(whole, entries.trailingBytes() + " bytes at the end are no whole entry");
        }
        read();
        advance();
    }

    long count() {
        return entries.count();
    }

    /** Null: at the end. */
    @Nullable
    Entry current() {
        return current;
    }

    /** Complains about the current entry. */
    void refuse(String what) {
        wrong.entry(currentAt, what);
    }

    void advance() throws IOException {
        if (current != null) previous = current;
        while (true) {
            Entry candidate = following;
            current = candidate;
            currentAt = followingAt;
            if (candidate == null) return;
            read();
            Entry next = following;
            boolean fits =
                    previous == null ? candidate.key() >= 0 && candidate.value() >= 0 : rises(previous, candidate);
            boolean blocks = next != null && !rises(candidate, next) && (previous == null || rises(previous, next));
            if (fits && !blocks) return;
            refuse("entry " + text(candidate) + " is out of order: "
                    + (fits && next != null
                            ? text(next) + " follows"
                            : previous == null ? "it is the first" : "it follows " + text(previous)));
        }
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }

    private void read() throws IOException {
        following = entries.next();
        if (following != null) followingAt = entries.position();
    }

    private static boolean rises(Entry from, Entry to) {
        return to.key() > from.key() && to.value() > from.value();
    }

    private static String text(Entry entry) {
        return "(" + entry.key() + ", " + entry.value() + ")";
    }
}
