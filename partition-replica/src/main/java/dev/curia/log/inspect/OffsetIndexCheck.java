package dev.curia.log.inspect;

import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SparseIndex.Entry;
import dev.curia.log.segment.SparseIndex.Format;
import java.io.IOException;
import java.nio.file.Path;

/** Compares an offset index with the batches of its segment: each entry names the position of a batch, and that batch's last offset. */
final class OffsetIndexCheck implements AutoCloseable {
    private final IndexCursor cursor;
    private final long baseOffset;

    OffsetIndexCheck(FileSystem files, Path path, long baseOffset, IndexCursor.Wrong wrong) throws IOException {
        this.cursor = new IndexCursor(files, path, Format.OFFSET, wrong);
        this.baseOffset = baseOffset;
    }

    long entries() {
        return cursor.count();
    }

    /** @param sound whether the batch's header can be believed */
    void batch(long position, long lastOffset, boolean sound) throws IOException {
        refuseBelow(position);
        Entry entry = cursor.current();
        if (entry == null || entry.value() != position) return;
        if (sound && baseOffset + entry.key() != lastOffset) {
            cursor.refuse("entry for position " + position + " has offset " + (baseOffset + entry.key())
                    + ", the batch there ends with offset " + lastOffset);
        }
        cursor.advance();
    }

    /** Bytes in which no batch can be made out: what points there cannot be told right from wrong. */
    void stretch(long from, long to) throws IOException {
        refuseBelow(from);
        for (Entry entry = cursor.current(); entry != null && entry.value() < to; entry = cursor.current()) {
            cursor.advance();
        }
    }

    void end(long segmentBytes) throws IOException {
        for (Entry entry = cursor.current(); entry != null; entry = cursor.current()) {
            cursor.refuse("entry for offset " + (baseOffset + entry.key()) + " points to position " + entry.value()
                    + ", where no batch begins; the segment has " + segmentBytes + " bytes");
            cursor.advance();
        }
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }

    private void refuseBelow(long position) throws IOException {
        for (Entry entry = cursor.current(); entry != null && entry.value() < position; entry = cursor.current()) {
            cursor.refuse("entry for offset " + (baseOffset + entry.key()) + " points to position " + entry.value()
                    + ", where no batch begins");
            cursor.advance();
        }
    }
}
