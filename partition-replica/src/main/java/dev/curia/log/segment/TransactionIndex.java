package dev.curia.log.segment;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.io.SmallFiles;
import dev.curia.log.producer.AbortedTxn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A segment's index of aborted transactions: those whose abort marker lies in the segment, in the order of their markers. An entry is in the
 * file as soon as its marker is in the log; there is no file before there is an entry. Written by one thread, read by any. Source:
 * KIP-98; Kafka's format, big endian:
 *
 * <pre>
 * .txnindex  int16 version = 0 | int64 producerId | int64 firstOffset | int64 lastOffset | int64 lastStableOffset
 * </pre>
 */
public final class TransactionIndex {
    private static final int ENTRY_BYTES = 34;
    private static final short VERSION = 0;
    private static final int LAST_OFFSET_AT = 18;
    private static final int UNKNOWN = -1;
    /** So many entries are read at once. */
    private static final int CHUNK = 64;

    private final OpenFiles files;
    private final Segment segment;
    // Null until needed: most segments have none.
    private volatile @Nullable SharedFile file;
    private volatile int count = UNKNOWN;
    // Behind the file's usual name.
    private volatile String suffix;
    // Whether the file was changed since it was forced.
    private volatile boolean unforced;
    // Writer only.
    private boolean suspect;

    TransactionIndex(OpenFiles files, Segment segment, String suffix) {
        this.files = files;
        this.segment = segment;
        this.suffix = suffix;
    }

    /** Writes the index of a segment that is being made, durably but for its name. No file is left without an entry. */
    public static void write(FileSystem files, Path path, List<AbortedTxn> entries) throws IOException {
        if (entries.isEmpty()) files.delete(path);
        else SmallFiles.replaceUnforced(files, path, encode(entries));
    }

    /** Adds an entry, whose marker lies behind that of all others. Writer only; not durable. */
    public synchronized void add(AbortedTxn txn) throws IOException {
        int known = count();
        SharedFile shared = shared();
        LogFile out = shared.acquire();
        try {
            shared.written();
            out.write((long) known * ENTRY_BYTES, encode(List.of(txn)));
            unforced = true;
        } finally {
            shared.release();
        }
        count = known + 1;
    }

    /**
     * Collects the transactions that overlap {@code [from, to)}. Any thread.
     *
     * @return whether no later segment can have any
     * @throws CorruptIndexException when the file is damaged
     */
    public boolean collect(long from, long to, List<AbortedTxn> into) throws IOException {
        int known = count();
        if (known == 0) return false;
        SharedFile shared = shared();
        LogFile in = shared.acquire();
        try {
            int at = firstEndingFrom(in, from, known);
            while (at < known) {
                for (AbortedTxn txn : read(in, at, Math.min(CHUNK, known - at))) {
                    if (txn.overlaps(from, to)) into.add(txn);
                    if (txn.lastStableOffset() >= to) return true;
                    at++;
                }
            }
            return false;
        } finally {
            shared.release();
        }
    }

    /** All entries. Any thread. */
    public List<AbortedTxn> all() throws IOException {
        List<AbortedTxn> all = new ArrayList<>();
        collect(0, Long.MAX_VALUE, all);
        return all;
    }

    /** Whether a truncation met damage, so that the index has to be made anew. Writer only. */
    public boolean isSuspect() {
        return suspect;
    }

    /** Keeps only entries whose marker lies before {@code offset}. Writer only; not durable. */
    synchronized void truncateTo(long offset) throws IOException {
        int known = count();
        if (known == 0) return;
        SharedFile shared = shared();
        LogFile out = shared.acquire();
        try {
            int kept = firstEndingFrom(out, offset, known);
            if (kept == known) return;
            shared.written();
            out.truncate((long) kept * ENTRY_BYTES);
            unforced = true;
            count = kept;
        } catch (CorruptIndexException e) {
            suspect = true;
        } finally {
            shared.release();
        }
    }

    /**
     * Takes entries made anew from the records, in place of those whose marker lies before {@code madeTo}. Any thread; durable but for the
     * file's name.
     */
    public synchronized void replace(List<AbortedTxn> made, long madeTo) throws IOException {
        List<AbortedTxn> entries = new ArrayList<>(made);
        entries.addAll(endingFrom(madeTo));
        // Not deleted when empty: readers may be about to open it.
        if (count() > 0 || !entries.isEmpty()) shared().replace(encode(entries));
        count = entries.size();
        suspect = false;
    }

    /** What the segment holds shows that there is no entry: whatever file lies there is removed. Before there are readers. */
    public synchronized void clear() throws IOException {
        SharedFile open = file;
        file = null;
        if (open != null) open.retire();
        if (count != 0 || open != null) files.files().delete(path());
        unforced = false;
        count = 0;
        suspect = false;
    }

    /** The directory shows that there is no file. */
    public void knownAbsent() {
        count = 0;
    }

    /** What is wrong with the file; null: nothing that can be seen without reading the records. */
    public @Nullable String defect() throws IOException {
        int known = count();
        if (known == 0) return null;
        SharedFile shared = shared();
        LogFile in = shared.acquire();
        try {
            if (in.size() != (long) known * ENTRY_BYTES) return "is " + in.size() + " bytes, no multiple of an entry";
            for (int at = 0; at < known; at += CHUNK) read(in, at, Math.min(CHUNK, known - at));
            return null;
        } catch (CorruptIndexException e) {
            return e.getMessage();
        } finally {
            shared.release();
        }
    }

    /** Any thread. */
    void force() throws IOException {
        if (!unforced) return;
        unforced = false;
        try {
            shared().force();
        } catch (IOException e) {
            unforced = true;
            throw e;
        }
    }

    /** Without an entry there may be a file all the same, where a cut took the last one. */
    void moveTo(String newSuffix) throws IOException {
        SharedFile present = files.files().exists(path()) ? shared() : null;
        suffix = newSuffix;
        if (present != null) present.moveTo(path());
    }

    /** The directory got another name. */
    synchronized void movedTo(Path directory) {
        SharedFile open = file;
        if (open != null) open.movedTo(directory);
    }

    void delete() throws IOException {
        SharedFile known = file;
        if (known != null) known.delete();
        else files.files().delete(path());
    }

    /** Closes the file for good as soon as nobody reads it. */
    void retire() {
        SharedFile open = file;
        if (open != null) open.retire();
    }

    Path path() {
        return SegmentFiles.of(segment.directory(), segment.baseOffset(), SegmentFiles.TXN_INDEX + suffix);
    }

    private int count() throws IOException {
        int known = count;
        return known == UNKNOWN ? countFile() : known;
    }

    private synchronized int countFile() throws IOException {
        if (count != UNKNOWN) return count;
        if (!files.files().exists(path())) {
            count = 0;
            return 0;
        }
        SharedFile shared = shared();
        LogFile in = shared.acquire();
        try {
            // A part of an entry at the end counts, so that it shows.
            count = (int) ((in.size() + ENTRY_BYTES - 1) / ENTRY_BYTES);
            return count;
        } finally {
            shared.release();
        }
    }

    private SharedFile shared() {
        SharedFile known = file;
        return known == null ? newShared() : known;
    }

    private synchronized SharedFile newShared() {
        SharedFile known = file;
        if (known == null) {
            known = new SharedFile(files, path());
            file = known;
        }
        return known;
    }

    /** The first entry whose marker is at or behind {@code offset}. */
    private int firstEndingFrom(LogFile in, long offset, int known) throws IOException {
        int low = 0;
        int high = known;
        ByteBuffer field = ByteBuffer.allocate(Long.BYTES);
        while (low < high) {
            int middle = (low + high) >>> 1;
            field.clear();
            if (in.read(field, (long) middle * ENTRY_BYTES + LAST_OFFSET_AT) < Long.BYTES) throw endsInside(middle);
            if (field.getLong(0) >= offset) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /** The newest entries, as far back as they are sound and lie at or behind {@code offset}. */
    private List<AbortedTxn> endingFrom(long offset) throws IOException {
        List<AbortedTxn> newest = new ArrayList<>();
        int known = count();
        if (known == 0) return newest;
        SharedFile shared = shared();
        LogFile in = shared.acquire();
        try {
            for (int at = known - 1; at >= 0; at--) {
                AbortedTxn txn = read(in, at, 1).get(0);
                if (txn.lastOffset() < offset) break;
                newest.add(0, txn);
            }
        } catch (CorruptIndexException e) {
            // What follows it is sound and stays, what it was is made anew.
        } finally {
            shared.release();
        }
        return newest;
    }

    private List<AbortedTxn> read(LogFile in, int from, int entries) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(entries * ENTRY_BYTES);
        int whole = in.read(bytes, (long) from * ENTRY_BYTES) / ENTRY_BYTES;
        if (whole < entries) throw endsInside(from + whole);
        bytes.flip();
        List<AbortedTxn> read = new ArrayList<>(entries);
        long previous = segment.baseOffset() - 1;
        for (int i = 0; i < entries; i++) {
            short version = bytes.getShort();
            AbortedTxn txn = new AbortedTxn(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
            boolean sound = version == VERSION
                    && txn.firstOffset() >= 0
                    && txn.firstOffset() < txn.lastOffset()
                    && txn.lastOffset() > previous
                    && txn.lastStableOffset() >= 0
                    && txn.lastStableOffset() <= txn.lastOffset() + 1;
            if (!sound) throw corrupt("entry " + (from + i) + " is " + txn + " of version " + version);
            previous = txn.lastOffset();
            read.add(txn);
        }
        return read;
    }

    private CorruptIndexException endsInside(int entry) {
        return corrupt("it ends before the end of entry " + entry);
    }

    private CorruptIndexException corrupt(String what) {
        return new CorruptIndexException(segment, path(), what);
    }

    private static ByteBuffer encode(List<AbortedTxn> entries) {
        ByteBuffer bytes = ByteBuffer.allocate(entries.size() * ENTRY_BYTES);
        for (AbortedTxn txn : entries) {
            bytes.putShort(VERSION).putLong(txn.producerId()).putLong(txn.firstOffset());
            bytes.putLong(txn.lastOffset()).putLong(txn.lastStableOffset());
        }
        return bytes.flip();
    }
}
