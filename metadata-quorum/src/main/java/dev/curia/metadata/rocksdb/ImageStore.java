package dev.curia.metadata.rocksdb;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog.Committed;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The metadata image in RocksDB: a column family for each kind of state, one for the newest batches, and the applied position in the
 * default one. The journal of events is beside it, in one more. Each batch is one atomic write.
 *
 * <p>The live database is a cache. It has no write-ahead log and is built anew at each start from the newest checkpoint; the Raft
 * log holds whatever came after. Nothing is durable before {@link #checkpoint} returns, and nothing needs to be.
 *
 * <p>Used by one thread at a time; the owner's lock keeps {@link #close} apart from the other calls.
 */
public final class ImageStore implements AutoCloseable {
    private static final byte[] POSITION = "position".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BATCHES = "batches".getBytes(StandardCharsets.UTF_8);
    private static final byte[] EVENTS = "events".getBytes(StandardCharsets.UTF_8);

    /** A stored batch and its size. */
    public record StoredBatch(Committed batch, int bytes) {}

    /** @param batches the newest ones, oldest first; none is missing in between */
    public record Loaded(MetadataImage image, StoredPosition position, List<StoredBatch> batches) {}

    private final RocksOptions options;
    private final RocksDB db;
    private final ColumnFamilyHandle positions;
    private final ColumnFamilyHandle batches;
    private final StoredEvents events;
    private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);

    private ImageStore(RocksOptions options, Path directory) throws RocksDBException {
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(options.describe(RocksDB.DEFAULT_COLUMN_FAMILY));
        descriptors.add(options.describe(BATCHES));
        descriptors.add(options.describe(EVENTS));
        List<Family> opened = families(directory);
        for (Family family : opened) descriptors.add(options.describe(family.nameBytes()));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        this.options = options;
        this.db = RocksDB.open(options.database(), directory.toString(), descriptors, handles);
        this.positions = handles.get(0);
        this.batches = handles.get(1);
        this.events = new StoredEvents(db, handles.get(2));
        int next = 3;
        for (Family family : opened) families.put(family, handles.get(next++));
    }

    /** Those that are there already, or always. */
    private static List<Family> families(Path directory) throws RocksDBException {
        if (!Files.exists(directory.resolve("CURRENT"))) return families(List.of());
        try (Options none = new Options()) {
            List<byte[]> stored = RocksDB.listColumnFamilies(none, directory.toString());
            for (byte[] name : stored) {
                if (!isKnown(name))
                    throw new RocksDBException("it has '" + new String(name, StandardCharsets.UTF_8)
                            + "', which a newer build wrote and this one does not know: run that build again,"
                            + " or replace this node");
            }
            return families(stored);
        }
    }

    private static boolean isKnown(byte[] name) {
        return Stream.concat(
                        Stream.of(RocksDB.DEFAULT_COLUMN_FAMILY, BATCHES, EVENTS),
                        Stream.of(Family.values()).map(Family::nameBytes))
                .anyMatch(known -> Arrays.equals(known, name));
    }

    private static List<Family> families(List<byte[]> stored) {
        return Stream.of(Family.values())
                .filter(family -> !family.whenNeeded()
                        || stored.stream().anyMatch(name -> Arrays.equals(name, family.nameBytes())))
                .toList();
    }

    /** Loads the native library, which takes a moment at first; may run beside other start-up work. */
    public static void loadLibrary() {
        RocksDB.loadLibrary();
    }

    /** Replaces whatever {@code live} holds by a new, empty store. */
    public static ImageStore create(Path live) throws IOException {
        Directories.delete(live);
        Files.createDirectories(live);
        return open(live);
    }

    /** Replaces whatever {@code live} holds by the state of {@code checkpoint}, which stays as it is. Same file system. */
    public static ImageStore restore(Path live, Checkpoints.Checkpoint checkpoint) throws IOException {
        Directories.delete(live);
        Files.createDirectories(live);
        for (Path file : checkpoint.files()) {
            Path target = live.resolve(file.getFileName().toString());
            // Table files are never written again, so a second name for them is enough.
            if (file.toString().endsWith(".sst")) Files.createLink(target, file);
            else Files.copy(file, target);
        }
        return open(live);
    }

    private static ImageStore open(Path directory) throws IOException {
        RocksOptions options = new RocksOptions();
        try {
            return new ImageStore(options, directory);
        } catch (RocksDBException e) {
            options.close();
            throw new IOException("cannot open the metadata store in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Reads everything back. */
    public Loaded load() throws IOException {
        try {
            byte[] stored = db.get(positions, POSITION);
            StoredPosition position = stored == null ? StoredPosition.NONE : StoredPosition.fromBytes(stored);
            List<MetadataRecord> records = new ArrayList<>();
            for (Family family : Family.values()) {
                ColumnFamilyHandle handle = families.get(family);
                if (handle == null) continue;
                forEach(handle, (key, value) -> records.add(MetadataRecord.parseFrom(value)));
            }
            MetadataImage image = position.batchIndex() < 0
                    ? MetadataImage.EMPTY
                    : MetadataImage.EMPTY.apply(position.batchIndex(), records).image();
            List<StoredBatch> kept = new ArrayList<>();
            forEach(batches, (key, value) -> kept.add(batch(ByteBuffer.wrap(key).getLong(), value)));
            return new Loaded(image, position, kept);
        } catch (RocksDBException e) {
            throw new IOException("cannot read the metadata store", e);
        }
    }

    /**
     * Stores one applied batch.
     *
     * @param before the image that {@code applied} was made from
     * @param batchBytes the batch as it is in the log
     * @param evicted indexes of stored batches to delete
     * @param journal its events
     */
    public void write(
            MetadataImage before,
            MetadataImage.Applied applied,
            StoredPosition position,
            byte[] batchBytes,
            List<Long> evicted,
            StoredEvents.Edit journal)
            throws IOException {
        try (WriteBatch write = new WriteBatch()) {
            for (StateEdit edit : StateEdits.between(before, applied)) {
                MetadataRecord value = edit.value();
                byte[] key = edit.key().toByteArray();
                if (value == null) write.delete(family(edit.family()), key);
                else write.put(family(edit.family()), key, value.toByteArray());
            }
            write.put(batches, indexKey(position.batchIndex()), batchBytes);
            for (long index : evicted) write.delete(batches, indexKey(index));
            events.write(write, journal);
            write.put(positions, POSITION, position.toBytes());
            db.write(options.write(), write);
        } catch (RocksDBException e) {
            throw new IOException("cannot write to the metadata store at " + position, e);
        }
    }

    /** What happened. Readable from other threads too, under the owner's lock. */
    public StoredEvents events() {
        return events;
    }

    /** Makes {@code directory}, which must not exist, a durable copy of this store as of {@code position}. */
    public void checkpoint(StoredPosition position, Path directory) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.create(db)) {
            db.put(positions, options.write(), POSITION, position.toBytes());
            checkpoint.createCheckpoint(directory.toString());
        } catch (RocksDBException e) {
            throw new IOException("cannot write the metadata checkpoint " + directory, e);
        }
    }

    @Override
    public void close() {
        families.values().forEach(ColumnFamilyHandle::close);
        events.close();
        batches.close();
        positions.close();
        db.close();
        options.close();
    }

    private ColumnFamilyHandle family(Family family) throws RocksDBException {
        ColumnFamilyHandle handle = families.get(family);
        if (handle == null) {
            handle = db.createColumnFamily(options.describe(family.nameBytes()));
            families.put(family, handle);
        }
        return handle;
    }

    private interface EntryReader {
        void read(byte[] key, byte[] value) throws InvalidProtocolBufferException;
    }

    private void forEach(ColumnFamilyHandle family, EntryReader reader) throws RocksDBException, IOException {
        try (RocksIterator it = db.newIterator(family)) {
            for (it.seekToFirst(); it.isValid(); it.next()) reader.read(it.key(), it.value());
            it.status();
        }
    }

    private static StoredBatch batch(long index, byte[] value) throws InvalidProtocolBufferException {
        return new StoredBatch(
                new Committed(index, MetadataBatch.parseFrom(value).getRecordsList()), value.length);
    }

    private static byte[] indexKey(long index) {
        return ByteBuffer.allocate(Long.BYTES).putLong(index).array();
    }
}
