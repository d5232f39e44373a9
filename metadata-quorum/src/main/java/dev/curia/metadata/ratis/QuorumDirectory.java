package dev.curia.metadata.ratis;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.rocksdb.Directories;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.random.RandomGenerator;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.SizeInBytes;

/**
 * A quorum node's directory.
 *
 * <pre>
 * meta.properties            cluster id, node id, directory id; written last when formatting, changed by {@link QuorumRecovery} only
 * lock                       held while a process uses the directory
 * raft/GROUP/current/        Raft log, term and vote
 * raft/GROUP/sm/             checkpoints of the image
 * db/                        the live image, rebuilt at each start
 * recoveries.log             what {@link QuorumRecovery} or {@link QuorumRestore} did, a line each time
 * raft.before-recovery/      the log as it was before that
 * </pre>
 *
 * <p>A directory is formatted once, explicitly. Afterwards one that has lost its log is refused: a voter that forgot its vote could
 * help to elect a leader that lacks committed metadata.
 */
public final class QuorumDirectory implements AutoCloseable {
    private static final String VERSION = "1";
    private static final String META = "meta.properties";
    private static final String FORMATTING = "formatting";
    private static final String RAFT = "raft";

    private static final String JOINS = "joins";

    private final Path root;
    private final GroupFile group;
    private final boolean joins;
    private final FileChannel lockChannel;

    private QuorumDirectory(Path root, GroupFile group, boolean joins, FileChannel lockChannel) {
        this.root = root;
        this.group = group;
        this.joins = joins;
        this.lockChannel = lockChannel;
    }

    /** Whether {@link #format} has been completed here. */
    public static boolean isFormatted(Path root) {
        return Files.exists(root.resolve(META));
    }

    /**
     * Makes {@code root} the directory of a new cluster's voter. Durable when it returns. A format that was cut short is done again.
     *
     * @throws QuorumStartException when the directory belongs to a node already, or cannot be written
     */
    public static void format(Path root, String clusterId, int nodeId, RandomGenerator random) {
        format(root, clusterId, nodeId, false, random, QuorumDirectory::formatRaft);
    }

    /**
     * Like {@link #format}, for a node that joins a quorum which exists: it votes for nobody before that quorum has made it a member,
     * whatever its configuration says.
     */
    public static void formatJoiner(Path root, String clusterId, int nodeId, RandomGenerator random) {
        format(root, clusterId, nodeId, true, random, QuorumDirectory::formatRaft);
    }

    /** Like {@link #format}, with something in the Raft group's directory. */
    static void format(Path root, QuorumNodeConfig config, RandomGenerator random, RaftFormat raft) {
        format(root, config.clusterId(), config.nodeId(), false, random, raft);
    }

    /** Fills a Raft group's directory, which does not exist. */
    @FunctionalInterface
    interface RaftFormat {
        void format(Path group) throws IOException;
    }

    private static void format(
            Path root, String clusterId, int nodeId, boolean joins, RandomGenerator random, RaftFormat format) {
        try {
            Files.createDirectories(root);
            if (isFormatted(root)) {
                throw new QuorumStartException(root + " is formatted already, for " + describe(meta(root))
                        + ". To start over, empty the directory first; its metadata is lost then.");
            }
            Path raft = root.resolve(RAFT);
            Path marker = root.resolve(FORMATTING);
            if (Files.exists(raft) && !Files.exists(marker)) {
                throw new QuorumStartException(root + " holds a Raft log but no " + META
                        + ". Restore that file, or empty the directory to start over as a new node.");
            }
            Files.write(marker, new byte[0]);
            Directories.force(root);
            Directories.delete(raft);
            format.format(raft.resolve(RatisSettings.groupUuid(clusterId).toString()));
            writeMeta(root, clusterId, nodeId, joins, Uuid.random(random));
            Files.delete(marker);
            Directories.force(root);
        } catch (IOException e) {
            throw new QuorumStartException("cannot format " + root + " for quorum node " + nodeId + ": " + e, e);
        }
    }

    private static void formatRaft(Path group) throws IOException {
        Files.createDirectories(group);
        try (RaftStorage storage = RaftStorage.newBuilder()
                .setDirectory(group.toFile())
                .setOption(RaftStorage.StartupOption.FORMAT)
                .setLogCorruptionPolicy(RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION)
                .setStorageFreeSpaceMin(SizeInBytes.ZERO)
                .build()) {
            storage.initialize();
        }
    }

    private static void writeMeta(Path root, String clusterId, int nodeId, boolean joins, Uuid directoryId)
            throws IOException {
        String text = "version=" + VERSION + "\ncluster.id=" + clusterId + "\nnode.id=" + nodeId + "\ndirectory.id="
                + directoryId + "\n" + (joins ? JOINS + "=true\n" : "");
        Path temporary = root.resolve(META + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(StandardCharsets.UTF_8.encode(text));
            channel.force(true);
        }
        Files.move(temporary, root.resolve(META), StandardCopyOption.ATOMIC_MOVE);
        Directories.force(root);
    }

    /**
     * Checks that the directory is this node's and whole, and keeps every other process out until closed.
     *
     * @throws QuorumStartException when it is not, or is in use
     */
    static QuorumDirectory open(QuorumNodeConfig config) {
        Path root = config.directory();
        if (!isFormatted(root)) {
            throw new QuorumStartException(root + ", the directory of quorum node " + config.nodeId()
                    + ", is not formatted. If the node is new, start it once with --format, or with --join if its cluster exists already. If the node has lost its disk,"
                    + " remove it from the quorum and add it again as a new node.");
        }
        try {
            Properties meta = requireOwner(root, config);
            Path raftGroup = root.resolve(RAFT)
                    .resolve(RatisSettings.groupUuid(config.clusterId()).toString());
            Path current = raftGroup.resolve("current");
            if (!Files.isDirectory(current)) {
                throw new QuorumStartException(root + " is formatted, but its Raft log " + current
                        + " is gone. A voter without its log must not vote: remove node " + config.nodeId()
                        + " from the quorum and add it again as a new node.");
            }
            boolean joins = Boolean.parseBoolean(meta.getProperty(JOINS));
            return new QuorumDirectory(root, GroupFile.read(raftGroup, joins), joins, lock(root));
        } catch (IOException e) {
            throw new QuorumStartException("cannot use " + root + ": " + e, e);
        }
    }

    private static Properties requireOwner(Path root, QuorumNodeConfig config) throws IOException {
        Properties meta = meta(root);
        String version = meta.getProperty("version", VERSION);
        if (!version.equals(VERSION)) {
            throw new QuorumStartException(root + " is of format " + version + ", but this build reads format "
                    + VERSION + ": a newer build has written it. Start that one, or a newer one.");
        }
        boolean sameCluster = config.clusterId().equals(meta.getProperty("cluster.id"));
        boolean sameNode = Integer.toString(config.nodeId()).equals(meta.getProperty("node.id"));
        if (sameCluster && sameNode) return meta;
        throw new QuorumStartException(root + " belongs to " + describe(meta) + ", but this is node " + config.nodeId()
                + " of cluster " + config.clusterId() + ". Use another directory, or correct the configured ids.");
    }

    private static String describe(Properties meta) {
        return "node " + meta.getProperty("node.id") + " of cluster " + meta.getProperty("cluster.id");
    }

    private static Properties meta(Path root) throws IOException {
        Properties meta = new Properties();
        try (var reader = Files.newBufferedReader(root.resolve(META))) {
            meta.load(reader);
        }
        return meta;
    }

    // The lock lives as long as its channel, which close() closes.
    @SuppressWarnings("try")
    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return channel;
        } catch (OverlappingFileLockException e) {
            // Held by this very process: refused below like any other holder.
        }
        channel.close();
        throw new QuorumStartException(
                root + " is in use by another process. Stop that one first, or use another directory.");
    }

    Path raft() {
        return root.resolve(RAFT);
    }

    /** The group's members as far as this node has applied them; empty before it has heard of any. */
    GroupFile group() {
        return group;
    }

    /** Whether the node was formatted to join a quorum that existed. */
    boolean joins() {
        return joins;
    }

    /** What was done here by {@link QuorumRecovery} and {@link QuorumRestore}, oldest first. */
    List<String> recoveries() {
        try {
            return RecoveryNotes.of(root);
        } catch (IOException e) {
            throw new QuorumStartException("cannot read what was recovered in " + root + ": " + e, e);
        }
    }

    Path root() {
        return root;
    }

    Path removedGroups() {
        return root.resolve("removed");
    }

    Path liveStore() {
        return liveStore(root);
    }

    static Path liveStore(Path root) {
        return root.resolve("db");
    }

    @Override
    public void close() {
        try {
            lockChannel.close();
        } catch (IOException e) {
            throw new QuorumStartException("cannot unlock " + root, e);
        }
    }
}
