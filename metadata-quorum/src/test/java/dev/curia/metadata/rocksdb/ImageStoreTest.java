package dev.curia.metadata.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.metadata.image.ClusterIdentity;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class ImageStoreTest {
    @TempDir
    Path directory;

    @Test
    void anEmptyStoreHoldsTheEmptyImage() throws IOException {
        try (ImageStore store = ImageStore.create(directory.resolve("db"))) {
            ImageStore.Loaded loaded = store.load();
            assertThat(loaded.image()).isEqualTo(MetadataImage.EMPTY);
            assertThat(loaded.position()).isEqualTo(StoredPosition.NONE);
            assertThat(loaded.batches()).isEmpty();
        }
    }

    @Test
    void whatANewerBuildWroteIsNamed() throws Exception {
        Path newer = directory.resolve("newer");
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB db = RocksDB.open(options, newer.toString())) {
            byte[] name = "delegation-tokens".getBytes(StandardCharsets.UTF_8);
            db.createColumnFamily(new ColumnFamilyDescriptor(name)).close();
        }
        assertThatThrownBy(() -> ImageStore.restore(directory.resolve("db"), new Checkpoints.Checkpoint(newer, 1, 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 'delegation-tokens', which a newer build wrote");
    }

    @Test
    void whatIsLoadedIsWhatWasAppliedWhateverTheRecords() {
        Check.forAll(8, random -> random, random -> {
            try (ImageStore store = ImageStore.create(directory.resolve("db"))) {
                RandomBatches batches = new RandomBatches(random);
                MetadataImage image = MetadataImage.EMPTY;
                for (int i = 0; i < 40; i++) {
                    image = write(store, image, i * 2L, batches.next(image), List.of());
                    if (i % 4 == 3) assertThat(store.load().image()).isEqualTo(image);
                    if (i % 4 == 3) assertThat(store.load().image().digest()).isEqualTo(image.digest());
                }
                assertThat(store.load().batches()).hasSize(40);
            }
        });
    }

    @Test
    void anOlderBuildCanOpenAStoreThatHasNothingItDoesNotKnow() throws Exception {
        Path db = directory.resolve("db");
        MetadataRecord quota = ImageRecords.quotaRecord(QuotaEntity.user("a"), "producer_byte_rate", 1);
        try (ImageStore store = ImageStore.create(db)) {
            MetadataImage image = write(
                    store,
                    MetadataImage.EMPTY,
                    0,
                    List.of(ImageRecords.clusterRecord(ClusterIdentity.first("c"))),
                    List.of());
            assertThat(families(db)).contains("configs").doesNotContain("client-quotas");
            image = write(store, image, 1, List.of(quota), List.of());
            assertThat(families(db)).contains("client-quotas");
            assertThat(store.load().image()).isEqualTo(image);
        }
    }

    private static List<String> families(Path db) throws RocksDBException {
        try (Options none = new Options()) {
            return RocksDB.listColumnFamilies(none, db.toString()).stream()
                    .map(name -> new String(name, StandardCharsets.UTF_8))
                    .toList();
        }
    }

    @Test
    void anImageRebuiltFromItsOwnRecordsIsEqual() {
        Check.forAll(200, random -> random, random -> {
            RandomBatches batches = new RandomBatches(random);
            MetadataImage image = MetadataImage.EMPTY;
            for (int i = 0; i < 30; i++) {
                MetadataImage before = image;
                image = image.apply(i, batches.next(image)).image();
                boolean same =
                        MetadataImage.EMPTY.apply(i, before.toRecords()).image().equals(image);
                assertThat(image.digest() == before.digest()).isEqualTo(same);
            }
            MetadataImage rebuilt =
                    MetadataImage.EMPTY.apply(29, image.toRecords()).image();
            assertThat(rebuilt).isEqualTo(image);
            assertThat(rebuilt.digest()).isEqualTo(image.digest());
        });
    }

    @Test
    void aRestoredCheckpointHasTheStateOfItsMomentAndStaysUntouched() throws IOException {
        Path live = directory.resolve("db");
        Checkpoints checkpoints = new Checkpoints(directory);
        RandomBatches batches = new RandomBatches(new SplittableRandom(7));
        MetadataImage atCheckpoint;
        StoredPosition position = new StoredPosition(3, 25, 1, 20, 19);
        try (ImageStore store = ImageStore.create(live)) {
            MetadataImage image = MetadataImage.EMPTY;
            for (int i = 0; i < 20; i++) image = write(store, image, i, batches.next(image), List.of());
            atCheckpoint = image;
            store.checkpoint(position, checkpoints.directoryOf(3, 25));
            for (int i = 26; i < 50; i++) image = write(store, image, i, batches.next(image), List.of());
            assertThat(image).isNotEqualTo(atCheckpoint);
        }
        for (int round = 0; round < 2; round++) {
            try (ImageStore store =
                    ImageStore.restore(live, checkpoints.newest().orElseThrow())) {
                ImageStore.Loaded loaded = store.load();
                assertThat(loaded.image()).isEqualTo(atCheckpoint);
                assertThat(loaded.position()).isEqualTo(position);
                write(store, loaded.image(), 30, batches.next(loaded.image()), List.of());
            }
        }
    }

    @Test
    void evictedBatchesAreGone() throws IOException {
        try (ImageStore store = ImageStore.create(directory.resolve("db"))) {
            MetadataImage image = MetadataImage.EMPTY;
            image = write(store, image, 1, List.of(), List.of());
            image = write(store, image, 5, List.of(), List.of());
            write(store, image, 6, List.of(), List.of(1L));
            assertThat(store.load().batches())
                    .extracting(stored -> stored.batch().index())
                    .containsExactly(5L, 6L);
        }
    }

    private static MetadataImage write(
            ImageStore store, MetadataImage image, long index, List<MetadataRecord> records, List<Long> evicted)
            throws IOException {
        MetadataImage.Applied applied = image.apply(index, records);
        byte[] bytes = MetadataBatch.newBuilder().addAllRecords(records).build().toByteArray();
        store.write(
                image,
                applied,
                new StoredPosition(1, index, 1, index + 1, index),
                bytes,
                evicted,
                StoredEvents.Edit.NONE);
        return applied.image();
    }
}
