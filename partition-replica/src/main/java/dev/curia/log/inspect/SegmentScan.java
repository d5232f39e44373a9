package dev.curia.log.inspect;

import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordLister;
import dev.curia.log.batch.RecordLister.LoggedRecord;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.BatchReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Walks a segment's file from one end to the other: batches, and stretches in which no batch can be made out. Behind such a stretch it goes
 * on with the next bytes that are a whole, undamaged batch. Not thread-safe.
 */
public final class SegmentScan implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    /** The checksum of a larger batch is computed without having all of it in memory. */
    private static final int WHOLE_BYTES = 8 << 20;
    /** A larger batch's records are not looked at. */
    private static final int RECORDS_BYTES = 128 << 20;

    private final LogFile file;
    private final Path path;
    private final long size;
    private final LongConsumer progress;
    private final RecordLister records = new RecordLister();
    private BatchReader reader;
    private long position;
    private long end;
    private boolean crcOk;
    private @Nullable String defect;

    /** @param progress hears, now and then, how many bytes were passed since it last heard */
    public SegmentScan(FileSystem files, Path path, LongConsumer progress) throws IOException {
        this.file = files.openReadOnly(path);
        this.path = path;
        this.size = file.size();
        this.progress = progress;
        this.reader = readerAt(0);
    }

    /** Moves on; false at the file's end. */
    public boolean next() throws IOException {
        progress.accept(end - position);
        position = end;
        defect = null;
        if (position >= size) return false;
        if (!reader.next(false)) return unreadable(Objects.requireNonNullElse(reader.defect(), "the file ended"));
        int claimed = batch().sizeInBytes();
        crcOk = crcMatches(position, claimed);
        end = position + claimed;
        if (crcOk || end == size || headerFollows()) return true;
        return unreadable("the checksum is wrong, and no batch begins where this one claims to end");
    }

    /** Whether this is a batch, at least by its header; else a stretch without any. */
    public boolean isBatch() {
        return defect == null;
    }

    /** The present batch; its header only. */
    public BatchView batch() {
        return reader.batch();
    }

    /** Whether the batch's bytes are those that its checksum was made of. */
    public boolean crcOk() {
        return crcOk;
    }

    /** Why no batch can be made out; null: {@link #isBatch}. */
    public @Nullable String defect() {
        return defect;
    }

    /** Where the present batch or stretch begins. */
    public long position() {
        return position;
    }

    /** How long it is. */
    public long bytes() {
        return end - position;
    }

    /** Of the whole file. */
    public long fileBytes() {
        return size;
    }

    public Path path() {
        return path;
    }

    /** The stored checksum of the present batch. */
    public int storedCrc() throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(Integer.BYTES);
        file.read(stored, position + BatchView.CRC);
        return stored.getInt(0);
    }

    /** Takes the present batch's records into memory; false: they are too many for that. */
    public boolean loadRecords() throws IOException {
        return bytes() <= RECORDS_BYTES && reader.loadWhole();
    }

    /**
     * Shows the present batch's records, which are loaded, one after the other.
     *
     * @return why they cannot be decoded, from the last one shown on; null: all were shown
     */
    public @Nullable String listRecords(Consumer<LoggedRecord> visitor) {
        return records.list(batch(), visitor);
    }

    /** Decodes the present batch's records, which are loaded; why that fails, or null when it does not. */
    public @Nullable String checkRecords() {
        return records.check(batch());
    }

    /** Whether the present stretch holds zeros only: space that was reserved, or lost in a power cut, and never written. */
    public boolean isZeros() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        for (long at = position; at < end; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - at));
            if (file.read(chunk.duplicate(), at) < chunk.limit()) return false;
            for (int i = 0; i < chunk.limit(); i++) if (chunk.get(i) != 0) return false;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        records.close();
        file.close();
    }

    private boolean unreadable(String why) throws IOException {
        defect = why;
        crcOk = false;
        end = new NextBatch(file, size, this::crcMatches).after(position);
        reader = readerAt(end);
        return true;
    }

    private boolean headerFollows() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BatchView.HEADER_BYTES);
        if (file.read(header, end) < BatchView.HEADER_BYTES) return false;
        return NextBatch.isHeader(new BatchView().at(header, 0), size - end, batch().baseOffset());
    }

    private BatchReader readerAt(long from) {
        return new BatchReader(file, from, size, (int) Math.min(CHUNK_BYTES, size));
    }

    private boolean crcMatches(long at, int bytes) throws IOException {
        if (at == reader.position() && bytes <= WHOLE_BYTES && reader.defect() == null) {
            return reader.loadWhole() && batch().crcMatches();
        }
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, bytes));
        if (file.read(chunk, at) < chunk.limit()) return false;
        int stored = chunk.getInt(BatchView.CRC);
        CRC32C crc = new CRC32C();
        crc.update(chunk.flip().position(BatchView.CRC + Integer.BYTES));
        for (long done = chunk.limit(); done < bytes; done += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - done));
            if (file.read(chunk, at + done) < chunk.limit()) return false;
            crc.update(chunk.flip());
        }
        return (int) crc.getValue() == stored;
    }
}
