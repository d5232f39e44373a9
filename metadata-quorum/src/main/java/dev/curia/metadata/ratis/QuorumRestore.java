package dev.curia.metadata.ratis;

import dev.curia.backup.MetadataBackup;
import dev.curia.common.time.Clock;
import dev.curia.metadata.event.BatchEvents;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.metadata.rocksdb.StoredEvents;
import dev.curia.metadata.rocksdb.StoredPosition;
import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Makes a quorum of one node out of a backup of the metadata, in that node's empty directory. What happened after the backup is lost; as with
 * {@link QuorumRecovery}, ids, epochs and the index go on far above those in it, and its history is another one, by which brokers know that they
 * may have what it has forgotten. Used by one thread.
 */
public final class QuorumRestore {
    private static final long TERM_GAP = 1_000;

    private final QuorumNodeConfig config;
    private final MetadataBackup backup;
    private final MetadataImage image;

    /** @throws QuorumStartException when the backup is not of this node's cluster, or needs another build */
    public QuorumRestore(QuorumNodeConfig config, MetadataBackup backup) {
        this.config = config;
        this.backup = backup;
        BackupHeader header = backup.header();
        if (!header.getClusterId().equals(config.clusterId())) {
            throw new QuorumStartException("the backup is of cluster " + header.getClusterId() + ", but this node is of"
                    + " cluster " + config.clusterId() + ". Set cluster.id to the cluster that is to be restored.");
        }
        requireKnown(backup.records());
        this.image =
                MetadataImage.EMPTY.apply(header.getIndex(), backup.records()).image();
        Optional<String> complaint = Features.complaint(Features.SUPPORTED, image.features());
        if (complaint.isPresent()) {
            throw new QuorumStartException("the backup needs a newer build: " + complaint.get() + ". Use the build that"
                    + " saved it (" + header.getBuild() + "), or a newer one.");
        }
    }

    private static void requireKnown(List<MetadataRecord> records) {
        if (records.stream().noneMatch(record -> record.getKindCase() == MetadataRecord.KindCase.KIND_NOT_SET)) return;
        throw new QuorumStartException("the backup holds records of a kind that this build does not know. Use the build"
                + " that saved it, or a newer one.");
    }

    /** What is in the backup. */
    public MetadataImage image() {
        return image;
    }

    /**
     * Formats the directory. Durable when it returns; one that was cut short left a directory that is not empty, and no node.
     *
     * @return what was done, which is also noted in the directory
     * @throws QuorumStartException when the directory is not empty
     */
    public String perform(Clock clock, RandomGenerator random) throws IOException {
        Path root = config.directory();
        requireEmpty(root);
        BackupHeader header = backup.header();
        long index = header.getIndex() + SoleVoter.INDEX_GAP;
        long term = header.getTerm() + TERM_GAP;
        String note =
                "%s node %d of cluster %s was restored from the backup of %s as the only voter; the backup's index: %d; now: index %d, term %d%n"
                        .formatted(
                                Instant.ofEpochMilli(clock.wallMillis()),
                                config.nodeId(),
                                config.clusterId(),
                                Instant.ofEpochMilli(header.getSavedAtMs()),
                                header.getIndex(),
                                index,
                                term);
        QuorumDirectory.format(root, config, random, group -> {
            try (ImageStore store = ImageStore.create(QuorumDirectory.liveStore(root))) {
                SoleVoter.format(group, config.self(), store, fill(store, term, index, clock, random));
            }
            RecoveryNotes.add(root, note);
        });
        return note.strip();
    }

    /** The backup, and then the jump in a batch of its own, so that whoever watches takes everything anew. */
    private StoredPosition fill(ImageStore store, long term, long index, Clock clock, RandomGenerator random)
            throws IOException {
        long from = backup.header().getIndex();
        MetadataImage.Applied restored = MetadataImage.EMPTY.apply(from, backup.records());
        StoredPosition before = new StoredPosition(term, from, 0, 0, from);
        store.write(MetadataImage.EMPTY, restored, before, batch(backup.records()), List.of(), StoredEvents.Edit.NONE);

        List<MetadataRecord> jump = SoleVoter.jump(image, random);
        StoredPosition position = new StoredPosition(term, index, 0, 0, index);
        StoredEvents.Edit events = StoredEvents.Edit.added(
                index, clock.wallMillis(), BatchEvents.of(image, index, clock.wallMillis(), jump));
        store.write(image, image.apply(index, jump), position, batch(jump), List.of(from), events);
        return position;
    }

    private static byte[] batch(List<MetadataRecord> records) {
        return MetadataBatch.newBuilder().addAllRecords(records).build().toByteArray();
    }

    private static void requireEmpty(Path root) throws IOException {
        if (!Files.exists(root)) return;
        try (Stream<Path> entries = Files.list(root)) {
            Optional<Path> first = entries.filter(
                            entry -> !String.valueOf(entry.getFileName()).equals("lost+found"))
                    .findFirst();
            if (first.isEmpty()) return;
            throw new QuorumStartException(
                    root + " is not empty: it has " + first.get().getFileName()
                            + ". A backup is restored into an empty directory only: move what is there away, or set"
                            + " quorum.data.dir to another one.");
        }
    }
}
