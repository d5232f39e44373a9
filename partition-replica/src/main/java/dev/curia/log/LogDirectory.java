package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogDirFailure;
import dev.curia.log.segment.OpenFiles;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One directory of {@code log.dirs}: its identity, its lock, its partitions and its checkpoint files, all as Kafka has them. Thread-safe.
 *
 * <p>Files: {@code meta.properties}, {@code .lock}, {@code recovery-point-offset-checkpoint}, {@code log-start-offset-checkpoint},
 * {@code replication-offset-checkpoint} (high watermarks), {@code cleaner-offset-checkpoint}, {@code deletes-removed-offset-checkpoint},
 * {@code .kafka_cleanshutdown}; each is replaced atomically.
 *
 * <p>Fails with {@link LogDirectoryException} when the directory is not this node's to use, and with any {@link IOException} when the disk
 * fails; where a log is open, the listener hears of it too.
 */
public final class LogDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final String DELETED = "-delete";
    /** A file name's bound on common file systems, in bytes. */
    private static final int MAX_NAME = 255;
    /** How many segment and index files stay open although nobody uses them. */
    private static final int MAX_IDLE_FILES = 1000;

    private final Path path;
    private final FileSystem files;
    private final MetaProperties identity;
    private final AutoCloseable lock;
    private final RandomGenerator random;
    private final LogEnvironment environment;
    private final OffsetCheckpoint recoveryPoints;
    private final StartOffsets startOffsets;
    private final OffsetCheckpoint highWatermarks;
    private final CleanerCheckpoints cleanerCheckpoints;
    private final CleanShutdownFile cleanShutdown;
    private final boolean stoppedCleanly;
    private final OptionalLong lastBrokerEpoch;
    private final Map<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();

    private LogDirectory(Path path, MetaProperties identity, AutoCloseable lock, Ports ports) throws IOException {
        this.path = path;
        this.files = ports.files();
        this.identity = identity;
        this.lock = lock;
        this.random = ports.random();
        this.recoveryPoints = new OffsetCheckpoint(files, path, "recovery-point-offset-checkpoint");
        this.highWatermarks = new OffsetCheckpoint(files, path, "replication-offset-checkpoint");
        this.cleanerCheckpoints = new CleanerCheckpoints(files, path);
        RecoveryProgress recovery =
                new RecoveryProgress(path, ports.background().timers());
        LogDirHealth health = new LogDirHealth(path, ports.failures());
        this.startOffsets = new StartOffsets(
                new OffsetCheckpoint(files, path, "log-start-offset-checkpoint"),
                logs,
                ports.background().flushes(),
                health);
        this.environment = new LogEnvironment(
                files,
                new OpenFiles(files, MAX_IDLE_FILES),
                health,
                ports.background(),
                new Checkpoints(),
                cleanerCheckpoints,
                recovery,
                ports.metrics());
        this.cleanShutdown = new CleanShutdownFile(files, path);
        this.stoppedCleanly = cleanShutdown.exists();
        this.lastBrokerEpoch = cleanShutdown.brokerEpoch();
    }

    /**
     * What a log directory works with.
     *
     * @param failures hears once when the directory goes offline
     */
    public record Ports(
            FileSystem files,
            RandomGenerator random,
            Background background,
            LogMetrics metrics,
            LogDirFailure failures) {}

    /** Opens a directory, formatting it when it is new. */
    public static LogDirectory open(Path path, String clusterId, int nodeId, Ports ports) throws IOException {
        FileSystem files = ports.files();
        files.createDirectories(path);
        AutoCloseable lock = lock(files, path);
        try {
            MetaProperties identity = identify(path, clusterId, nodeId, ports);
            LogDirectory directory = new LogDirectory(path, identity, lock, ports);
            directory.cleanShutdown.delete();
            directory.removeDeleted();
            if (!directory.stoppedCleanly) directory.expectRecovery();
            return directory;
        } catch (IOException | RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /** This directory's id, for ever. */
    public Uuid id() {
        return identity.directoryId();
    }

    public boolean isOnline() {
        return environment.health().isOnline();
    }

    /** Whether the last process that used the directory closed all its logs. */
    public boolean stoppedCleanly() {
        return stoppedCleanly;
    }

    /** The broker epoch of the last clean stop; empty after any other (KIP-966). */
    public OptionalLong cleanShutdownBrokerEpoch() {
        return lastBrokerEpoch;
    }

    /** What is on disk, opened or not. */
    public List<PartitionDirectory> partitions() throws IOException {
        List<PartitionDirectory> found = new ArrayList<>();
        for (Path entry : files.list(path)) {
            Optional<TopicPartition> name = PartitionDirectory.parseName(String.valueOf(entry.getFileName()));
            if (name.isEmpty()) continue;
            found.add(new PartitionDirectory(name.get(), PartitionMetadata.read(files, entry), entry));
        }
        return found;
    }

    /** How far the scan after an unclean stop has come. */
    RecoveryProgress recovery() {
        return environment.recovery();
    }

    /** The open logs. */
    public List<PartitionLog> logs() {
        return List.copyOf(logs.values());
    }

    /** Makes a new, empty log. Fails when the directory has one of that name. */
    public PartitionLog create(TopicPartition name, Uuid topicId, LogConfig config) throws IOException {
        Path directory = path.resolve(name.toString());
        if (files.exists(directory)) throw new LogDirectoryException(directory + " exists already; delete it first");
        // An earlier partition of that name may have left its offsets.
        recoveryPoints.remove(name);
        startOffsets.remove(name);
        highWatermarks.remove(name);
        cleanerCheckpoints.remove(name);
        return guarded("creating " + name, () -> {
            files.createDirectories(directory);
            PartitionMetadata.write(files, directory, topicId);
            return load(name, topicId, directory, config);
        });
    }

    /**
     * Opens the log of an existing partition; scans its tail unless the last stop was clean, so it may take long.
     *
     * @throws LogDirectoryException when it belongs to another topic id, or is open already
     * @throws IOException naming file and position when flushed data is damaged: the replica must be rebuilt; the directory stays online
     */
    public PartitionLog open(TopicPartition name, Uuid topicId, LogConfig config) throws IOException {
        Path directory = path.resolve(name.toString());
        Optional<Uuid> found = PartitionMetadata.read(files, directory);
        if (found.isEmpty() || !found.get().equals(topicId)) {
            throw new LogDirectoryException(directory + " belongs to topic id "
                    + found.map(Uuid::toString).orElse("(none)") + ", expected " + topicId);
        }
        return load(name, topicId, directory, config);
    }

    /**
     * Takes a partition out of the directory at once; its files are removed in the background. When the owner thread of its log, if open, does
     * nothing more with it, but not on that thread: waits until no cleaner uses it.
     */
    public void delete(TopicPartition name) throws IOException {
        PartitionLog log = logs.remove(name);
        if (log != null) {
            log.abandon();
            log.compaction().end().join();
        }
        Path directory = path.resolve(name.toString());
        if (!files.exists(directory)) return;
        Path target = guarded("deleting " + name, () -> {
            Path renamed = path.resolve(deletedName(name));
            files.rename(directory, renamed);
            return renamed;
        });
        recoveryPoints.forget(name);
        startOffsets.forget(name);
        highWatermarks.forget(name);
        cleanerCheckpoints.forget(name);
        environment.background().removals().execute(() -> remove(target));
    }

    /** The high watermarks of the last checkpoint. */
    public Map<TopicPartition, Long> highWatermarks() {
        return highWatermarks.all();
    }

    /** The high watermark of the last checkpoint; 0 when there is none. */
    public long highWatermark(TopicPartition name) {
        return highWatermarks.get(name);
    }

    /** Writes high watermarks, durably. Blocks on the disk. */
    public void checkpointHighWatermarks(Map<TopicPartition, Long> offsets) throws IOException {
        guarded("writing high watermarks", () -> {
            highWatermarks.putAll(offsets);
            return offsets;
        });
    }

    /** Writes the recovery points and start offsets of all open logs, durably. Blocks on the disk. */
    public void checkpoint() throws IOException {
        Map<TopicPartition, Long> recovery = new HashMap<>();
        for (PartitionLog log : logs.values()) recovery.put(log.name(), log.recoveryPoint());
        guarded("writing checkpoints", () -> {
            recoveryPoints.putAll(recovery);
            startOffsets.write(logs.values());
            return recovery;
        });
    }

    /**
     * Closes all logs, whose owners must have stopped, and marks the directory as cleanly stopped if that succeeded.
     *
     * @param brokerEpoch of this broker, -1 when it never registered
     */
    public void close(long brokerEpoch) throws IOException {
        boolean clean = isOnline();
        endCompaction();
        try {
            for (PartitionLog log : logs.values()) log.close();
            if (isOnline()) checkpoint();
            if (clean && isOnline()) cleanShutdown.write(brokerEpoch);
        } catch (StorageException e) {
            LOG.warn("{} was not closed cleanly and is scanned at the next start", path, e);
        } finally {
            release(lock);
        }
    }

    /** Lets go of the directory as a crash would: nothing is written. */
    @Override
    public void close() {
        endCompaction();
        logs.values().forEach(PartitionLog::abandon);
        release(lock);
    }

    private void endCompaction() {
        for (PartitionLog log : logs.values()) log.compaction().end().join();
    }

    private PartitionLog load(TopicPartition name, Uuid topicId, Path directory, LogConfig config) throws IOException {
        LogLoader.Start start = new LogLoader.Start(
                recoveryPoints.get(name), startOffsets.get(name), highWatermarks.get(name), stoppedCleanly);
        LoadedLog loaded = new LogLoader(name, directory, environment, config, start).load();
        PartitionLog log = new PartitionLog(name, topicId, directory, environment, config, loaded);
        log.startCheckpoint().written(start.logStartOffset());
        if (logs.putIfAbsent(name, log) != null) {
            log.abandon();
            throw new LogDirectoryException(directory + " is open already");
        }
        return log;
    }

    private void removeDeleted() throws IOException {
        for (Path entry : files.list(path)) {
            if (String.valueOf(entry.getFileName()).endsWith(DELETED)) {
                environment.background().removals().execute(() -> remove(entry));
            }
        }
    }

    /** What lies above the recovery points, by file sizes alone. */
    private void expectRecovery() throws IOException {
        int partitions = 0;
        long bytes = 0;
        for (PartitionDirectory partition : partitions()) {
            partitions++;
            bytes += SegmentFiles.bytesAbove(files, partition.path(), recoveryPoints.get(partition.name()));
        }
        environment.recovery().expect(partitions, bytes);
    }

    private void remove(Path directory) {
        try {
            files.delete(directory);
        } catch (IOException e) {
            environment.health().fail("removing " + directory, e);
        }
    }

    private String deletedName(TopicPartition name) {
        String suffix = "."
                + new java.util.UUID(random.nextLong(), random.nextLong())
                        .toString()
                        .replace("-", "") + DELETED;
        String base = name.toString();
        return base.substring(0, Math.min(base.length(), MAX_NAME - suffix.length())) + suffix;
    }

    private <T> T guarded(String what, Operation<T> operation) throws IOException {
        try {
            return operation.run();
        } catch (IOException e) {
            environment.health().fail(what, e);
            throw e;
        }
    }

    private static AutoCloseable lock(FileSystem files, Path path) throws IOException {
        try {
            return files.lock(path.resolve(".lock"));
        } catch (FileSystem.LockedException e) {
            throw new LogDirectoryException(
                    "The log directory " + path + " is in use by another process (" + path.resolve(".lock")
                            + " is locked). Stop that process, or give this one another log.dirs.",
                    e);
        }
    }

    private static MetaProperties identify(Path path, String clusterId, int nodeId, Ports ports) throws IOException {
        Optional<MetaProperties> found = MetaProperties.read(ports.files(), path);
        if (found.isEmpty()) {
            MetaProperties fresh = new MetaProperties(clusterId, nodeId, Uuid.random(ports.random()));
            fresh.write(ports.files(), path);
            return fresh;
        }
        MetaProperties identity = found.get();
        if (!identity.clusterId().equals(clusterId)) {
            throw new LogDirectoryException("The log directory " + path + " belongs to cluster " + identity.clusterId()
                    + ", but this node is of cluster " + clusterId + ". Give this node another log.dirs.");
        }
        if (identity.nodeId() != nodeId) {
            throw new LogDirectoryException("The log directory " + path + " belongs to node " + identity.nodeId()
                    + ", but this is node " + nodeId + ". Correct node.id, or give this node another log.dirs.");
        }
        return identity;
    }

    private static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            LOG.warn("releasing the lock of a log directory failed; it ends with this process", e);
        }
    }

    private final class Checkpoints implements LogEnvironment.Checkpoints {
        @Override
        public void lower(TopicPartition name, long offset) throws IOException {
            recoveryPoints.lower(name, offset);
            startOffsets.lower(name, offset);
            cleanerCheckpoints.lower(name, offset);
        }

        @Override
        public void requestStart(PartitionLog log) {
            startOffsets.request(log);
        }
    }

    @FunctionalInterface
    private interface Operation<T> {
        T run() throws IOException;
    }
}
