package dev.curia.log.segment;

import dev.curia.log.io.LogFile;
import dev.curia.log.io.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A segment's index: ascending keys, each with an ascending value, far fewer than batches. Written by one thread, read by any.
 *
 * <pre>
 * .index      int32 offset - baseOffset | int32 position          key = offset, of the last record of the batch at that position
 * .timeindex  int64 timestamp | int32 offset - baseOffset         key = newest timestamp up to and with that offset
 * </pre>
 *
 * While its segment grows, the entries live on the heap and reach the file when the segment is sealed: a crash before that has them
 * rebuilt from the records. A sealed index keeps nothing on the heap; a look-up is a binary search in the file.
 */
public final class SparseIndex {
    private static final int INITIAL_CAPACITY = 8;

    private final SharedFile shared;
    private final Format format;
    // Null: sealed, the entries are in the file.
    private volatile @Nullable Entries heap;

    private SparseIndex(SharedFile shared, Format format, @Nullable Entries heap) {
        this.shared = shared;
        this.format = format;
        this.heap = heap;
    }

    /** Which of the two indexes. */
    public enum Format {
        OFFSET(8),
        TIME(12);

        final int entryBytes;

        Format(int entryBytes) {
            this.entryBytes = entryBytes;
        }

        long key(ByteBuffer entry, int at) {
            return this == OFFSET ? entry.getInt(at) : entry.getLong(at);
        }

        void put(ByteBuffer target, long key, int value) {
            if (this == OFFSET) target.putInt((int) key);
            else target.putLong(key);
            target.putInt(value);
        }
    }

    /** Key and value as stored. */
    public record Entry(long key, int value) {}

    // The arrays are shared between successive Entries; what lies behind `count` belongs to the writer.
    private static final class Entries {
        final long[] keys;
        final int[] values;
        final int count;

        Entries(long[] keys, int[] values, int count) {
            this.keys = keys;
            this.values = values;
            this.count = count;
        }

        /** These and one more, unless its key or value does not rise. */
        Entries with(long key, int value) {
            if (count > 0 && (key <= keys[count - 1] || value <= values[count - 1])) return this;
            boolean full = count == keys.length;
            long[] newKeys = full ? Arrays.copyOf(keys, 2 * count) : keys;
            int[] newValues = full ? Arrays.copyOf(values, 2 * count) : values;
            newKeys[count] = key;
            newValues[count] = value;
            return new Entries(newKeys, newValues, count + 1);
        }
    }

    /** @param growing an index of a new segment; else its entries are in its file */
    static SparseIndex of(OpenFiles files, Format format, Path path, boolean growing) {
        Entries empty = new Entries(new long[INITIAL_CAPACITY], new int[INITIAL_CAPACITY], 0);
        return new SparseIndex(new SharedFile(files, path), format, growing ? empty : null);
    }

    /** Adds an entry unless its key or value does not rise. Writer only; the index is growing. */
    synchronized void add(long key, int value) {
        heap = growingEntries().with(key, value);
    }

    /** Keeps only entries before the first whose {@code byValue ? value : key} is at least {@code bound}. Writer only; growing. */
    synchronized void truncate(long bound, boolean byValue) {
        Entries now = growingEntries();
        int keep = now.count;
        while (keep > 0 && (byValue ? now.values[keep - 1] : now.keys[keep - 1]) >= bound) keep--;
        if (keep == now.count) return;
        // Copies: readers of the old entries must not see what is added from here on.
        int capacity = Math.max(INITIAL_CAPACITY, keep);
        heap = new Entries(Arrays.copyOf(now.keys, capacity), Arrays.copyOf(now.values, capacity), keep);
    }

    /** Seals both; when the disk has no room for that, both go on growing. */
    static void seal(SparseIndex one, SparseIndex other) throws IOException {
        one.seal();
        try {
            other.seal();
        } catch (NoSpaceException e) {
            one.thaw();
            throw e;
        }
    }

    /** Writes the entries to the file (not forced); afterwards the index no longer grows. Writer only. */
    private synchronized void seal() throws IOException {
        if (heap == null) return;
        writeFile();
        heap = null;
    }

    /** Writes the entries to the file, which then holds exactly them; the index goes on growing. */
    void writeFile() throws IOException {
        ByteBuffer content = encode(growingEntries());
        LogFile file = shared.acquire();
        try {
            // An empty file has nothing to force: it may be closed while its segment grows.
            if (file.size() > 0 || content.hasRemaining()) {
                file.truncate(0);
                shared.written();
                file.write(0, content);
            }
        } finally {
            shared.release();
        }
    }

    /** Takes the entries of {@code fresh}, which grows, in place of its own with values below {@code bound}. Any thread; not forced. */
    synchronized void replace(SparseIndex fresh, long bound) throws IOException {
        Entries made = fresh.growingEntries();
        Entries now = heap;
        if (now != null) {
            Entries merged = made;
            for (int i = 0; i < now.count; i++) {
                if (now.values[i] >= bound) merged = merged.with(now.keys[i], now.values[i]);
            }
            heap = merged;
            return;
        }
        shared.replace(encode(made));
    }

    /** Takes the entries back to the heap, so that the index can grow again. Writer only. */
    void thaw() throws IOException {
        if (heap != null) return;
        LogFile file = shared.acquire();
        try {
            int count = count(file);
            ByteBuffer content = ByteBuffer.allocate(count * format.entryBytes);
            file.read(content, 0);
            int capacity = Math.max(INITIAL_CAPACITY, count);
            Entries entries = new Entries(new long[capacity], new int[capacity], count);
            for (int i = 0; i < count; i++) {
                entries.keys[i] = format.key(content, i * format.entryBytes);
                entries.values[i] = content.getInt((i + 1) * format.entryBytes - Integer.BYTES);
            }
            heap = entries;
        } finally {
            shared.release();
        }
    }

    /** Forces a sealed index to disk. Any thread. */
    void force() throws IOException {
        shared.force();
    }

    boolean isGrowing() {
        return heap != null;
    }

    boolean isFull(int maxBytes) {
        Entries now = heap;
        return now != null && (long) (now.count + 1) * format.entryBytes > maxBytes;
    }

    /** The last entry whose key is at most {@code key}; null: there is none. Any thread. */
    @Nullable
    Entry floor(long key) throws IOException {
        return search(key, false);
    }

    /** The last entry whose value is at most {@code value}; null: there is none. Any thread. */
    @Nullable
    Entry floorByValue(long value) throws IOException {
        return search(value, true);
    }

    /** Null: the index is empty. Any thread. */
    @Nullable
    Entry last() throws IOException {
        return search(Long.MAX_VALUE, false);
    }

    /** What is wrong with a sealed index's file; null: nothing that can be seen without reading the records. */
    @Nullable
    String defect(long segmentBytes) throws IOException {
        if (!shared.exists()) return "is missing";
        LogFile file = shared.acquire();
        try {
            if (file.size() % format.entryBytes != 0) return "is " + file.size() + " bytes, no multiple of an entry";
            if (file.size() > Integer.MAX_VALUE) return "is " + file.size() + " bytes";
            int count = count(file);
            if (count == 0) return null;
            Entry first = entry(file, 0);
            Entry last = entry(file, count - 1);
            if (first.key < 0 || first.value < 0) return "begins with the entry " + first;
            if (count > 1 && (last.key <= first.key || last.value <= first.value)) return "ends with the entry " + last;
            if (format == Format.OFFSET && last.value >= segmentBytes)
                return "points behind the segment's end, to " + last;
            return null;
        } finally {
            shared.release();
        }
    }

    void moveTo(Path target) throws IOException {
        if (shared.exists()) shared.moveTo(target);
    }

    /** The directory got another name. */
    void movedTo(Path directory) {
        shared.movedTo(directory);
    }

    void delete() throws IOException {
        shared.delete();
    }

    /** Closes the file for good as soon as nobody reads it. */
    void retire() {
        shared.retire();
    }

    Path path() {
        return shared.path();
    }

    private @Nullable Entry search(long bound, boolean byValue) throws IOException {
        Entries now = heap;
        if (now != null) {
            int at = searchHeap(now, bound, byValue);
            return at < 0 ? null : new Entry(now.keys[at], now.values[at]);
        }
        LogFile file = shared.acquire();
        try {
            int low = 0;
            int high = count(file) - 1;
            Entry found = null;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                Entry entry = entry(file, middle);
                if ((byValue ? entry.value : entry.key) <= bound) {
                    found = entry;
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return found;
        } finally {
            shared.release();
        }
    }

    private static int searchHeap(Entries entries, long bound, boolean byValue) {
        int low = 0;
        int high = entries.count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if ((byValue ? entries.values[middle] : entries.keys[middle]) <= bound) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }

    private ByteBuffer encode(Entries entries) {
        ByteBuffer content = ByteBuffer.allocate(entries.count * format.entryBytes);
        for (int i = 0; i < entries.count; i++) format.put(content, entries.keys[i], entries.values[i]);
        return content.flip();
    }

    private Entry entry(LogFile file, int index) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(format.entryBytes);
        if (file.read(entry, (long) index * format.entryBytes) < format.entryBytes) {
            throw new IOException(path() + " ends inside entry " + index);
        }
        return new Entry(format.key(entry, 0), entry.getInt(format.entryBytes - Integer.BYTES));
    }

    private int count(LogFile file) throws IOException {
        return (int) (file.size() / format.entryBytes);
    }

    private Entries growingEntries() {
        Entries now = heap;
        if (now == null) throw new IllegalStateException(path() + " is sealed");
        return now;
    }
}
