package dev.curia.bench.metadata;

import dev.curia.common.time.SystemClock;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.rocksdb.Checkpoints;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.metadata.rocksdb.StoredEvents;
import dev.curia.metadata.rocksdb.StoredPosition;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A quorum node's store with the whole image in it, in this process: what its snapshot costs. */
final class StoredImage {
    private static final int RECORDS = 1_000; // of one batch

    private StoredImage() {}

    /** Writes the image batch by batch, a checkpoint of it, and loads that again. */
    static void measure(MetadataImage image, Path directory, Figures figures) throws IOException {
        SystemClock clock = new SystemClock();
        Checkpoints checkpoints = new Checkpoints(directory.resolve("checkpoints"));
        Files.createDirectories(directory.resolve("checkpoints"));
        Path live = directory.resolve("live");
        StoredPosition last;
        try (ImageStore store = ImageStore.create(live)) {
            last = fill(store, image.toRecords());
            long start = clock.monotonicNanos();
            store.checkpoint(last, checkpoints.directoryOf(last.term(), last.index()));
            figures.time("a snapshot is written in", clock.monotonicNanos() - start);
        }
        Checkpoints.Checkpoint checkpoint = checkpoints.newest().orElseThrow();
        long bytes = 0;
        for (Path file : checkpoint.files()) bytes += Files.size(file);
        figures.bytesEach("bytes of a snapshot, each partition", bytes);
        long start = clock.monotonicNanos();
        try (ImageStore store = ImageStore.restore(live, checkpoint)) {
            MetadataImage loaded = store.load().image();
            figures.time("a snapshot is loaded in", clock.monotonicNanos() - start);
            if (loaded.digest() != image.digest()) throw new IllegalStateException("loaded another image");
        }
    }

    private static StoredPosition fill(ImageStore store, List<MetadataRecord> records) throws IOException {
        MetadataImage image = MetadataImage.EMPTY;
        StoredPosition position = StoredPosition.NONE;
        for (int from = 0; from < records.size(); from += RECORDS) {
            List<MetadataRecord> batch = records.subList(from, Math.min(records.size(), from + RECORDS));
            long index = from / RECORDS;
            MetadataImage.Applied applied = image.apply(index, batch);
            position = new StoredPosition(1, index, 1, index + 1, index);
            byte[] bytes =
                    MetadataBatch.newBuilder().addAllRecords(batch).build().toByteArray();
            // As a quorum node does: it keeps the newest batches for watchers, here none of them.
            store.write(image, applied, position, bytes, List.of(index), StoredEvents.Edit.NONE);
            image = applied.image();
        }
        return position;
    }
}
