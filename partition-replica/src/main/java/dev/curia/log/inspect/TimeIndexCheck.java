package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SparseIndex.Entry;
import dev.curia.log.segment.SparseIndex.Format;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Compares a time index with the batches of its segment: each entry names the newest time so far, and the last offset of the batch that
 * brought it; a complete index ends with the newest time of all.
 */
final class TimeIndexCheck implements AutoCloseable {
    private final IndexCursor cursor;
    private final long baseOffset;
    private long newest = BatchView.NONE;
    private long lastKey = BatchView.NONE;
    private boolean sound = true;

    TimeIndexCheck(FileSystem files, Path path, long baseOffset, IndexCursor.Wrong wrong) throws IOException {
        this.cursor = new IndexCursor(files, path, Format.TIME, wrong);
        this.baseOffset = baseOffset;
    }

    long entries() {
        return cursor.count();
    }

    void batch(long lastOffset, long maxTimestamp) throws IOException {
        refuseBelow(lastOffset);
        boolean newer = maxTimestamp > newest;
        if (newer) newest = maxTimestamp;
        Entry entry = cursor.current();
        if (entry == null || baseOffset + entry.value() != lastOffset) return;
        if (sound && (entry.key() != newest || !newer)) {
            cursor.refuse("entry for offset " + lastOffset + " has time " + entry.key()
                    + ", the batch that ends there has " + maxTimestamp + ", the newest up to there is " + newest);
        }
        lastKey = entry.key();
        cursor.advance();
    }

    /** Part of the segment cannot be read: from here on times may be missed. */
    void damaged() {
        sound = false;
    }

    /** @return what the index lacks; null: nothing */
    @Nullable
    String end() throws IOException {
        refuseBelow(Long.MAX_VALUE);
        if (!sound || newest < 0 || lastKey >= newest) return null;
        return "the newest time is " + newest + ", but "
                + (lastKey < 0 ? "there is no entry" : "the last entry has " + lastKey);
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }

    private void refuseBelow(long lastOffset) throws IOException {
        for (Entry entry = cursor.current();
                entry != null && baseOffset + entry.value() < lastOffset;
                entry = cursor.current()) {
            if (sound) {
                cursor.refuse("entry for time " + entry.key() + " has offset " + (baseOffset + entry.value())
                        + ", with which no batch ends");
            }
            lastKey = entry.key();
            cursor.advance();
        }
    }
}
