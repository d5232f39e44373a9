package dev.curia.metadata.rocksdb;

import dev.curia.metadata.event.EventPage;
import dev.curia.metadata.event.JournalBounds;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The journal's column family: an entry for each metadata batch that has events. It is no part of the image; checkpoints hold it, so a node that
 * is sent a snapshot has the sender's journal, and what follows in the log is derived again.
 *
 * <pre>
 * key    index (8 bytes) | count of events (4) | wall clock in ms (8), big endian
 * value  EventBatch
 * </pre>
 */
public final class StoredEvents implements AutoCloseable {
    private static final int KEY_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;

    private final RocksDB db;
    private final ColumnFamilyHandle family;

    StoredEvents(RocksDB db, ColumnFamilyHandle family) {
        this.db = db;
        this.family = family;
    }

    /**
     * What a batch does to the journal.
     *
     * @param entry names {@code events}
     * @param gone entries to delete
     */
    public record Edit(JournalBounds.Entry entry, List<Event> events, List<JournalBounds.Entry> gone) {
        /** Of a batch without events. */
        public static final Edit NONE = new Edit(new JournalBounds.Entry(-1, 0, 0), List.of(), List.of());

        /** Of one after which nothing has to go. */
        public static Edit added(long index, long atMs, List<Event> events) {
            return new Edit(new JournalBounds.Entry(index, events.size(), atMs), events, List.of());
        }
    }

    void write(WriteBatch write, Edit edit) throws RocksDBException {
        if (!edit.events().isEmpty()) {
            EventBatch value =
                    EventBatch.newBuilder().addAllEvents(edit.events()).build();
            write.put(family, key(edit.entry()), value.toByteArray());
        }
        for (JournalBounds.Entry entry : edit.gone()) write.delete(family, key(entry));
    }

    /** What is stored, oldest first. */
    public List<JournalBounds.Entry> entries() throws IOException {
        List<JournalBounds.Entry> entries = new ArrayList<>();
        try (RocksIterator it = db.newIterator(family)) {
            for (it.seekToFirst(); it.isValid(); it.next()) entries.add(entry(it.key()));
            it.status();
            return entries;
        } catch (RocksDBException e) {
            throw new IOException("cannot read the journal of events", e);
        }
    }

    /** Hands batches of events to the page until it has enough. */
    public void read(EventPage page) throws IOException {
        try (RocksIterator it = db.newIterator(family)) {
            if (page.forward())
                it.seek(ByteBuffer.allocate(Long.BYTES)
                        .putLong(page.fromIndex())
                        .array());
            else it.seekToLast();
            boolean wanted = true;
            while (wanted && it.isValid()) {
                wanted = page.add(EventBatch.parseFrom(it.value()).getEventsList());
                if (page.forward()) it.next();
                else it.prev();
            }
            it.status();
        } catch (RocksDBException e) {
            throw new IOException("cannot read the journal of events", e);
        }
    }

    @Override
    public void close() {
        family.close();
    }

    private static byte[] key(JournalBounds.Entry entry) {
        return ByteBuffer.allocate(KEY_BYTES)
                .putLong(entry.index())
                .putInt(entry.events())
                .putLong(entry.atMs())
                .array();
    }

    private static JournalBounds.Entry entry(byte[] key) {
        ByteBuffer bytes = ByteBuffer.wrap(key);
        return new JournalBounds.Entry(bytes.getLong(), bytes.getInt(), bytes.getLong());
    }
}
