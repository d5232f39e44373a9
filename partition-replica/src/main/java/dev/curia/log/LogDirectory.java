package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogDirFailure;
import dev.curia.log.io.MalformedFileException;
import dev.curia.log.io.NoSpaceException;
import dev.curia.log.segment.CorruptIndexException;
import dev.curia.log.segment.CorruptSegmentException;
import dev.curia.log.segment.OpenFiles;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One directory of {@code log.dirs}: its identity, its lock, its partitions and its checkpoint files, all as Kafka has them. Thread-safe.
 *
 * <p>Files: {@code meta.properties}, {@code .lock}, {@code recovery-point-offset-checkpoint}, {@code log-start-offset-checkpoint},
 * {@code replication-offset-checkpoint} (high watermarks), {@code cleaner-offset-checkpoint}, {@code deletes-removed-offset-checkpoint},
 * {@code .kafka_cleanshutdown}, and {@code metadata-history}, which is ours; each is replaced atomically.
 *
 * <p>Fails with {@link LogDirectoryException} when the directory is not this node's to use, and with any {@link IOException} when the disk
 * fails; where a log is open, the listener hears of it too.
 */
public final class LogDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    /** How many segment and index files stay open although nobody uses them. */
    private static final int MAX_IDLE_FILES = 1000;
    /** Between two looks at the free space. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path path;
    private final FileSystem files;
    private final MetaProperties identity;
    private final AutoCloseable lock;
    private final RetiredPartitions retired;
    private final LogEnvironment environment;
    private final DirectoryOffsets offsets;
    private final CleanShutdown shutdown;
    private final FollowedHistory history;
    private final Map<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();
    /** Logs that were let go of, and what waits until nobody works on their files. */
    private final Map<TopicPartition, Runnable> released = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private LogDirectory(Path path, MetaProperties identity, AutoCloseable lock, Ports ports) throws IOException {
        this.path = path;
        this.files = ports.files();
        this.identity = identity;
        this.lock = lock;
        RecoveryProgress recovery =
                new RecoveryProgress(path, ports.background().timers());
        DiskSpace space = new DiskSpace(path, files, ports.reserve());
        LogDirHealth health = new LogDirHealth(path, ports.failures(), space);
        this.retired = new RetiredPartitions(
                path, files, ports.random(), ports.background().removals(), health);
        StartOffsets starts = new StartOffsets(
                new OffsetCheckpoint(files, path, "log-start-offset-checkpoint"),
                logs,
                ports.background().flushes(),
                health);
        this.offsets = new DirectoryOffsets(
                new OffsetCheckpoint(files, path, "recovery-point-offset-checkpoint"),
                starts,
                new OffsetCheckpoint(files, path, "replication-offset-checkpoint"),
                new CleanerCheckpoints(files, path));
        this.environment = new LogEnvironment(
                files,
                new OpenFiles(files, MAX_IDLE_FILES),
                health,
                space,
                ports.background(),
                offsets,
                offsets.cleaner(),
                recovery,
                ports.metrics());
        this.shutdown = new CleanShutdown(new CleanShutdownFile(files, path));
        this.history = new FollowedHistory(files, path);
    }

    /**
     * What a log directory works with.
     *
     * @param reserve what appends leave free
     * @param failures hears once when the directory goes offline
     */
    public record Ports(
            FileSystem files,
            RandomGenerator random,
            Background background,
            DiskReserve reserve,
            LogMetrics metrics,
            LogDirFailure failures) {
        Ports withFailures(LogDirFailure listener) {
            return new Ports(files, random, background, reserve, metrics, listener);
        }
    }

    /** Opens a directory, formatting it when it is new. */
    public static LogDirectory open(Path path, String clusterId, int nodeId, Ports ports) throws IOException {
        FileSystem files = ports.files();
        files.createDirectories(path);
        AutoCloseable lock = DirectoryLock.take(files, path);
        try {
            MetaProperties identity = MetaProperties.claim(files, path, clusterId, nodeId, ports.random());
            LogDirectory directory = new LogDirectory(path, identity, lock, ports);
            directory.shutdown.begin();
            directory.retired.removeLeftovers();
            if (!directory.stoppedCleanly()) directory.expectRecovery();
            directory.lookLater();
            return directory;
        } catch (IOException | RuntimeException e) {
            DirectoryLock.release(lock);
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

    /** Takes the directory offline for good: something that has no answer but success failed. */
    public void fail(String what, IOException cause) {
        environment.health().fail(what, cause);
    }

    /** Whether appends are refused because there is too little room. They go on by themselves; everything else does all the time. */
    public boolean isFull() {
        return environment.space().isFull();
    }

    /** What can still be written, in bytes, as last looked less what was appended since. */
    public long usableBytes() {
        return environment.space().usableBytes();
    }

    /** The size of the file system, in bytes. */
    public long totalBytes() {
        return environment.space().totalBytes();
    }

    /** Whether the last process that used the directory closed all its logs. */
    public boolean stoppedCleanly() {
        return shutdown.before();
    }

    /** The broker epoch of the last clean stop; empty after any other (KIP-966). */
    public OptionalLong cleanShutdownBrokerEpoch() {
        return shutdown.brokerEpochBefore();
    }

    /** What is on disk, opened or not. */
    public List<PartitionDirectory> partitions() throws IOException {
        return PartitionDirectory.in(files, path);
    }

    /** How far the scan after an unclean stop has come. */
    RecoveryProgress recovery() {
        return environment.recovery();
    }

    /** What moves to this directory were at when the last process ended. */
    public List<FutureDirectory> futures() throws IOException {
        return FutureDirectory.in(files, path);
    }

    /** Removes what a move left, in the background. */
    public void remove(FutureDirectory future) {
        retired.removeLater(future.path());
    }

    /** Which directory a partition here was about to move to, see {@link MoveNote}; empty: to none. */
    public Optional<Uuid> moveNote(TopicPartition name) throws IOException {
        return guarded("reading the note of a move", () -> MoveNote.read(files, path.resolve(name.toString())));
    }

    /** The move that a note tells of did not come to its end: the partition is here. Durable. */
    public void dropMoveNote(TopicPartition name) throws IOException {
        guarded("removing the note of a move", () -> MoveNote.remove(files, path.resolve(name.toString())));
    }

    LogEnvironment environment() {
        return environment;
    }

    DirectoryOffsets offsets() {
        return offsets;
    }

    RetiredPartitions retired() {
        return retired;
    }

    /** An open log lies here from now on, and in {@code before} no more. */
    void takeOver(PartitionLog log, LogDirectory before) {
        shutdown.unclean(log.name());
        logs.put(log.name(), log);
        before.logs.remove(log.name(), log);
    }

    /** The open logs. */
    public List<PartitionLog> logs() {
        return List.copyOf(logs.values());
    }

    /** Makes a new, empty log. Fails when the directory has one of that name. */
    public PartitionLog create(TopicPartition name, Uuid topicId, LogConfig config) throws IOException {
        return create(name, topicId, config, Optional.empty());
    }

    /** @param mark given when what this broker had of the partition in another directory could not be reached; durable */
    public PartitionLog create(TopicPartition name, Uuid topicId, LogConfig config, Optional<ReplacementMark> mark)
            throws IOException {
        Path directory = path.resolve(name.toString());
        if (files.exists(directory)) throw new LogDirectoryException(directory + " exists already; delete it first");
        // An earlier partition of that name may have left its offsets.
        offsets.remove(name);
        try {
            return guarded("creating " + name, () -> {
                files.createDirectories(directory);
                if (mark.isPresent()) mark.get().write(files, directory);
                PartitionMetadata.write(files, directory, topicId);
                return load(name, topicId, directory, config);
            });
        } catch (NoSpaceException e) {
            files.delete(directory); // to be tried again, here or elsewhere
            throw e;
        }
    }

    /**
     * Opens the log of an existing partition; scans its tail unless the last stop was clean, so it may take long.
     *
     * @throws LogDirectoryException when it belongs to another topic id, or is open already
     * @throws DamagedLogException naming file and position when flushed data is damaged: the replica must be rebuilt; the directory stays online
     * @throws NoSpaceException when opening needs room: try again
     */
    public PartitionLog open(TopicPartition name, Uuid topicId, LogConfig config) throws IOException {
        Path directory = path.resolve(name.toString());
        Optional<Uuid> found = PartitionMetadata.read(files, directory);
        if (found.isEmpty() || !found.get().equals(topicId)) {
            throw new LogDirectoryException(directory + " belongs to topic id "
                    + found.map(Uuid::toString).orElse("(none)") + ", expected " + topicId);
        }
        try {
            return load(name, topicId, directory, config);
        } catch (LogDirectoryException e) {
            throw e;
        } catch (CorruptSegmentException | CorruptIndexException | MalformedFileException | NoSuchFileException e) {
            throw new DamagedLogException(name, e);
        } catch (IOException e) {
            fail("opening " + name, e);
            throw e;
        }
    }

    /** Of a partition that was made anew here; empty: its files are the first that this broker had of it. */
    public Optional<ReplacementMark> replacementMark(TopicPartition name) throws IOException {
        return guarded("reading the mark of " + name, () -> ReplacementMark.read(files, path.resolve(name.toString())));
    }

    /**
     * Takes a partition out of the directory at once; its files are removed in the background. When the owner thread of its log, if open, does
     * nothing more with it, but not on that thread: waits until no cleaner and no flush uses it.
     */
    public void delete(TopicPartition name) throws IOException {
        release(name);
        awaitReleased(name);
        Path directory = path.resolve(name.toString());
        if (!files.exists(directory)) return;
        guarded("deleting " + name, () -> {
            retired.delete(name, directory);
            return directory;
        });
        offsets.forget(name);
    }

    /**
     * The metadata is of this history from now on. If it was of another one before, it may have forgotten what is here: until {@link #followed}
     * what is {@link #delete deleted} is taken out of the directory, but its files are kept, for people to decide about.
     */
    public void follow(String metadataHistory) {
        retired.keepDeleted(!history.is(metadataHistory));
    }

    /** All that this history does not know has been deleted. Durable. */
    public void followed(String metadataHistory) throws IOException {
        if (history.is(metadataHistory)) return;
        guarded("noting the history of the metadata", () -> history.write(metadataHistory));
        retired.keepDeleted(false);
    }

    /** Lets go of a log as it is; its files stay. On the owner thread of the log. */
    public void release(TopicPartition name) {
        PartitionLog log = logs.remove(name);
        if (log == null) return;
        log.abandon();
        CompletableFuture<Void> compaction = log.compaction().end();
        released.put(name, () -> {
            compaction.join();
            log.place().flusher().end();
        });
    }

    /** Waits until no cleaner and no flush uses a log that was let go of: without its files each would take the disk for broken. */
    private void awaitReleased(TopicPartition name) {
        Runnable end = released.remove(name);
        if (end != null) end.run();
    }

    /**
     * Takes a damaged partition, whose log is not open, out of the directory. Its files are kept, for people to look at, until
     * {@link #dropSetAside}, and not longer than there is room for appends and this process lives.
     */
    public void setAside(TopicPartition name) throws IOException {
        awaitReleased(name);
        Path directory = path.resolve(name.toString());
        if (!files.exists(directory)) return;
        guarded("setting " + name + " aside", () -> {
            retired.keep(name, directory);
            return directory;
        });
        offsets.forget(name);
    }

    /** Removes what was kept of a damaged partition, in the background. */
    public void dropSetAside(TopicPartition name) {
        retired.drop(name);
    }

    /** The high watermarks of the last checkpoint. */
    public Map<TopicPartition, Long> highWatermarks() {
        return offsets.highWatermarks().all();
    }

    /** The high watermark of the last checkpoint; 0 when there is none. */
    public long highWatermark(TopicPartition name) {
        return offsets.highWatermarks().get(name);
    }

    /** Writes high watermarks, durably. Blocks on the disk. */
    public void checkpointHighWatermarks(Map<TopicPartition, Long> offsets) throws IOException {
        guarded("writing high watermarks", () -> {
            this.offsets.highWatermarks().putAll(offsets);
            return offsets;
        });
    }

    /** Writes the recovery points and start offsets of all open logs, durably. Blocks on the disk. */
    public void checkpoint() throws IOException {
        Map<TopicPartition, Long> recovery = new HashMap<>();
        for (PartitionLog log : logs.values()) recovery.put(log.name(), log.recoveryPoint());
        guarded("writing checkpoints", () -> {
            offsets.recoveryPoints().putAll(recovery);
            offsets.starts().write(logs.values());
            return recovery;
        });
    }

    /**
     * Closes all logs, whose owners must have stopped, and marks the directory as cleanly stopped if that succeeded and no partition was left
     * as an unclean stop leaves it.
     *
     * @param brokerEpoch of this broker, -1 when it never registered
     */
    public void close(long brokerEpoch) throws IOException {
        boolean clean = isOnline();
        closed = true;
        endCompaction();
        try {
            closeLogs();
            if (isOnline()) checkpoint();
            if (clean && isOnline()) shutdown.end(brokerEpoch, PartitionDirectory.names(files, path));
        } catch (StorageException e) {
            LOG.warn("{} was not closed cleanly and is scanned at the next start", path, e);
        } finally {
            DirectoryLock.release(lock);
        }
    }

    /** Several at a time: each forces a few small files, and the disk serves many forces as fast as one. */
    private void closeLogs() {
        List<CompletableFuture<Void>> closing = logs.values().stream()
                .map(log -> CompletableFuture.runAsync(
                        () -> close(log), environment.background().flushes()))
                .toList();
        try {
            CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException failed) throw failed;
            throw e;
        }
    }

    private void close(PartitionLog log) {
        log.close();
        if (log.isOnline()) shutdown.clean(log.name());
    }

    /** Lets go of the directory as a crash would: nothing is written. */
    @Override
    public void close() {
        closed = true;
        endCompaction();
        logs.values().forEach(PartitionLog::abandon);
        DirectoryLock.release(lock);
    }

    private void endCompaction() {
        for (PartitionLog log : logs.values()) log.compaction().end().join();
    }

    private PartitionLog load(TopicPartition name, Uuid topicId, Path directory, LogConfig config) throws IOException {
        LogLoader.Start start = new LogLoader.Start(
                offsets.recoveryPoints().get(name),
                offsets.starts().get(name),
                offsets.highWatermarks().get(name),
                stoppedCleanly());
        shutdown.unclean(name);
        LoadedLog loaded = new LogLoader(name, directory, environment, config, start).load();
        PartitionLog log = new PartitionLog(name, topicId, directory, environment, config, loaded);
        log.startCheckpoint().written(start.logStartOffset());
        if (logs.putIfAbsent(name, log) != null) {
            log.abandon();
            throw new LogDirectoryException(directory + " is open already");
        }
        return log;
    }

    private void lookLater() {
        environment.background().timers().schedule(LOOK_NANOS, () -> {
            if (!closed && isOnline()) environment.background().flushes().execute(this::look);
        });
    }

    private void look() {
        try {
            environment.space().look();
            if (isFull()) retired.dropAll();
            lookLater();
        } catch (IOException e) {
            fail("asking for the free space of " + path, e);
        }
    }

    /** What is to be scanned: what lies above the recovery points, by file sizes alone. */
    private void expectRecovery() throws IOException {
        int partitions = 0;
        long bytes = 0;
        for (PartitionDirectory partition : partitions()) {
            partitions++;
            if (partition.topicId().isPresent()) shutdown.unclean(partition.name());
            bytes += SegmentFiles.bytesAbove(
                    files, partition.path(), offsets.recoveryPoints().get(partition.name()));
        }
        environment.recovery().expect(partitions, bytes);
    }

    private <T> T guarded(String what, Operation<T> operation) throws IOException {
        try {
            return operation.run();
        } catch (IOException e) {
            environment.health().fail(what, e);
            throw e;
        }
    }

    @FunctionalInterface
    private interface Operation<T> {
        T run() throws IOException;
    }
}
