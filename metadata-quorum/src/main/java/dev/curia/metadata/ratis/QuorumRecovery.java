package dev.curia.metadata.ratis;

import dev.curia.common.time.Clock;
import dev.curia.metadata.event.BatchEvents;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.rocksdb.Checkpoints;
import dev.curia.metadata.rocksdb.Directories;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.metadata.rocksdb.StoredEvents;
import dev.curia.metadata.rocksdb.StoredPosition;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;

/**
 * The last resort when a majority of the quorum is lost for good: makes one stopped node that is left the whole quorum. Everything in its
 * log is kept, committed or not; what the others committed without it is lost.
 *
 * <p>So that nothing which the lost part gave out is given out again, producer ids, broker epochs, leader epochs and partition epochs go
 * on far above those known here; so does the log's index, by which brokers notice that they have to take the metadata anew, and by which
 * a lost node that comes back is told that it is out.
 *
 * <p>Used by one thread, while the node is stopped; other processes are kept out of its directory. Nothing is changed before
 * {@link #perform}, which is durable when it returns. Until it has renamed the new log into place, a crash leaves the node as it was.
 */
public final class QuorumRecovery implements AutoCloseable {
    private static final String OLD_RAFT = "raft.before-recovery";
    private static final String NEW_RAFT = "raft.recovered";

    /**
     * What there is to recover.
     *
     * @param voters of the quorum as this node knows it
     * @param lastIndex of this node's log; everything that was committed after it is lost
     */
    public record Findings(List<Integer> voters, long lastTerm, long lastIndex, MetadataImage image) {}

    private final QuorumNodeConfig config;
    private final QuorumDirectory directory;
    private final Path group;
    private final ImageStore store;
    private final List<Long> batches = new ArrayList<>();

    private MetadataImage image;
    private BatchChain chain;
    private long lastTerm;
    private long lastIndex;
    private List<Integer> voters;

    private QuorumRecovery(QuorumNodeConfig config, QuorumDirectory directory, Path group, ImageStore store)
            throws IOException {
        this.config = config;
        this.directory = directory;
        this.group = group;
        this.store = store;
        ImageStore.Loaded loaded = store.load();
        StoredPosition position = loaded.position();
        this.image = loaded.image();
        this.chain = new BatchChain(position.batchTerm(), position.batchSequence());
        this.lastTerm = position.term();
        this.lastIndex = position.index();
        this.voters = directory.group().peers().stream()
                .map(peer -> Integer.parseInt(peer.getId().toString()))
                .sorted()
                .toList();
        loaded.batches().forEach(batch -> batches.add(batch.batch().index()));
    }

    /**
     * Reads all that the node has.
     *
     * @throws QuorumStartException when its directory is not this node's, in use or damaged, or when it has never been in a quorum
     */
    public static QuorumRecovery open(QuorumNodeConfig config) {
        undoHalf(config.directory());
        QuorumDirectory directory = QuorumDirectory.open(config);
        try {
            Path group = directory
                    .raft()
                    .resolve(RatisSettings.groupUuid(config.clusterId()).toString());
            ImageStore store = restore(directory.liveStore(), group);
            try {
                QuorumRecovery recovery = new QuorumRecovery(config, directory, group, store);
                recovery.readLog();
                return recovery;
            } catch (IOException | RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            directory.close();
            if (e instanceof QuorumStartException known) throw known;
            throw new QuorumStartException("cannot read what node " + config.nodeId() + " has: " + e.getMessage(), e);
        }
    }

    private static ImageStore restore(Path live, Path group) throws IOException {
        Optional<Checkpoints.Checkpoint> newest = new Checkpoints(group.resolve("sm")).newest();
        return newest.isPresent() ? ImageStore.restore(live, newest.get()) : ImageStore.create(live);
    }

    /** A crash between the two renames of an earlier attempt left the node without a log. */
    private static void undoHalf(Path root) {
        Path raft = root.resolve("raft");
        try {
            if (!Files.exists(raft) && Files.exists(root.resolve(OLD_RAFT))) {
                Files.move(root.resolve(OLD_RAFT), raft, StandardCopyOption.ATOMIC_MOVE);
                Directories.force(root);
            }
        } catch (IOException e) {
            throw new QuorumStartException("cannot rename " + root.resolve(OLD_RAFT) + " to " + raft + ": " + e, e);
        }
    }

    private void readLog() throws IOException {
        SegmentFiles.read(group.resolve("current"), entry -> {
            try {
                add(entry);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (lastIndex < 0 || voters.isEmpty()) {
            throw new QuorumStartException("node " + config.nodeId() + " has never been in a quorum that committed"
                    + " anything: there is nothing to recover.");
        }
        if (!voters.contains(config.nodeId())) {
            throw new QuorumStartException("node " + config.nodeId() + " is not in the quorum of nodes " + voters
                    + " any more. Recover from one of those.");
        }
    }

    private void add(LogEntryProto entry) throws IOException {
        if (entry.getIndex() <= lastIndex) return;
        if (lastIndex >= 0 && entry.getIndex() != lastIndex + 1) {
            throw new QuorumStartException("the log of node " + config.nodeId() + " has no entries from "
                    + (lastIndex + 1) + " to " + (entry.getIndex() - 1) + ": it cannot be recovered from.");
        }
        if (entry.hasStateMachineLogEntry()) {
            apply(entry, entry.getStateMachineLogEntry().getLogData().toByteArray());
        } else if (entry.hasConfigurationEntry()) {
            voters = entry.getConfigurationEntry().getPeersList().stream()
                    .map(peer -> Integer.parseInt(peer.getId().toStringUtf8()))
                    .sorted()
                    .toList();
        }
        lastTerm = entry.getTerm();
        lastIndex = entry.getIndex();
    }

    private void apply(LogEntryProto entry, byte[] bytes) throws IOException {
        MetadataBatch batch = MetadataBatch.parseFrom(bytes);
        if (!chain.accepts(entry.getTerm(), batch.getControllerTerm(), batch.getSequence())) return;
        chain = new BatchChain(entry.getTerm(), batch.getSequence());
        write(entry.getTerm(), entry.getIndex(), batch.getDecidedAtMs(), batch.getRecordsList(), List.of());
    }

    private void write(long term, long index, long atMs, List<MetadataRecord> records, List<Long> evicted)
            throws IOException {
        MetadataImage.Applied applied = image.apply(index, records);
        byte[] bytes = MetadataBatch.newBuilder().addAllRecords(records).build().toByteArray();
        StoredPosition position = new StoredPosition(term, index, chain.term(), chain.sequence(), index);
        StoredEvents.Edit journal = StoredEvents.Edit.added(index, atMs, BatchEvents.of(image, index, atMs, records));
        store.write(image, applied, position, bytes, evicted, journal);
        batches.add(index);
        image = applied.image();
    }

    /** What this node has. */
    public Findings findings() {
        return new Findings(voters, lastTerm, lastIndex, image);
    }

    /**
     * Makes this node the only voter. The node's former log stays beside the new one, and a record of what was done.
     *
     * @return that record
     */
    public String perform(Clock clock, RandomGenerator random) throws IOException {
        Path root = directory.root();
        long index = lastIndex + SoleVoter.INDEX_GAP;
        long term = lastTerm + 1;
        String record =
                "%s node %d of cluster %s became the only voter; before: voters %s, last entry %d of term %d; now: index %d, term %d%n"
                        .formatted(
                                Instant.ofEpochMilli(clock.wallMillis()),
                                config.nodeId(),
                                config.clusterId(),
                                voters,
                                lastIndex,
                                lastTerm,
                                index,
                                term);
        // One batch for all who watch: whoever has an older image takes it anew.
        write(term, index, clock.wallMillis(), SoleVoter.jump(image, random), List.copyOf(batches));

        Path fresh = root.resolve(NEW_RAFT);
        Directories.delete(fresh);
        StoredPosition position = new StoredPosition(term, index, chain.term(), chain.sequence(), index);
        SoleVoter.format(fresh.resolve(group.getFileName().toString()), config.self(), store, position);

        RecoveryNotes.add(root, record);
        Directories.delete(root.resolve(OLD_RAFT));
        Files.move(directory.raft(), root.resolve(OLD_RAFT), StandardCopyOption.ATOMIC_MOVE);
        Files.move(fresh, directory.raft(), StandardCopyOption.ATOMIC_MOVE);
        Directories.force(root);
        return record.strip();
    }

    @Override
    public void close() {
        store.close();
        directory.close();
    }
}
