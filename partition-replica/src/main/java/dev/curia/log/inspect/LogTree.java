package dev.curia.log.inspect;

import dev.curia.log.DirectoryFacts;
import dev.curia.log.epoch.EpochCheckpoint;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LockProbe;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be looked into: a whole log directory, one partition's directory, or one file of a partition. Immutable.
 *
 * @param logDirectory whose checkpoints tell what was flushed; null when none is known
 * @param whole whether all of the log directory is meant, not a part of it
 * @param only the one file that is meant; null: all
 * @param partitions by topic and number
 * @param others what else lies in a whole log directory, and belongs to no partition
 */
public record LogTree(
        Path root,
        @Nullable Path logDirectory,
        boolean whole,
        @Nullable Path only,
        List<PartitionFiles> partitions,
        List<Path> others) {
    private static final String LOCK = ".lock";
    private static final List<String> SEGMENT_KINDS =
            List.of(SegmentFiles.LOG, SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX, SegmentFiles.TXN_INDEX);
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    /** Finds the files. Fails with a message for people when nothing of a log is there. */
    public static LogTree of(FileSystem files, Path path) throws IOException {
        List<Path> entries;
        try {
            entries = files.list(path);
        } catch (NotDirectoryException e) {
            return ofFile(files, path);
        } catch (NoSuchFileException e) {
            throw new IOException("There is no " + path + ".", e);
        }
        if (entries.stream().anyMatch(LogTree::isOfPartition)) {
            PartitionFiles partition = PartitionFiles.of(files, path);
            return new LogTree(path, logDirectoryOf(files, path), false, null, List.of(partition), List.of());
        }
        return ofLogDirectory(files, path, entries);
    }

    /** Whether segments are meant, and not a file that belongs to none. */
    public boolean hasSegments() {
        return only == null
                || SEGMENT_KINDS.stream()
                        .anyMatch(kind -> SegmentFiles.offsetOf(only, kind).isPresent());
    }

    /** Whether a live process uses the log directory, so that its files may change at any time. */
    public boolean inUse() throws IOException {
        return logDirectory != null && LockProbe.isHeld(logDirectory.resolve(LOCK));
    }

    private static LogTree ofFile(FileSystem files, Path file) throws IOException {
        Path directory = file.toAbsolutePath().normalize().getParent();
        if (!isOfPartition(file) || directory == null) {
            throw new IOException(file + " is no file of a partition: expected a name like"
                    + " 00000000000000000000.log, with .index, .timeindex, .txnindex or .snapshot in place of .log,"
                    + " partition.metadata or leader-epoch-checkpoint.");
        }
        PartitionFiles all = PartitionFiles.of(files, directory);
        PartitionFiles only = SEGMENT_KINDS.stream()
                        .anyMatch(kind -> SegmentFiles.offsetOf(file, kind).isPresent())
                ? all.onlySegment(offsetOf(file))
                : all;
        return new LogTree(file, logDirectoryOf(files, directory), false, file, List.of(only), List.of());
    }

    private static LogTree ofLogDirectory(FileSystem files, Path path, List<Path> entries) throws IOException {
        List<PartitionFiles> partitions = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        for (Path entry : entries) {
            if (isOfLogDirectory(entry)) continue;
            if (DirectoryFacts.partitionName(name(entry)).isEmpty() || !addPartition(files, entry, partitions))
                others.add(entry);
        }
        boolean formatted = files.exists(path.resolve(DirectoryFacts.META_PROPERTIES));
        if (!formatted && partitions.isEmpty()) throw new IOException(nothingHere(files, path, entries));
        partitions.sort(Comparator.comparing((PartitionFiles partition) ->
                        partition.name().orElseThrow().topic())
                .thenComparing(partition -> partition.name().orElseThrow().partition()));
        others.sort(null);
        return new LogTree(path, path, true, null, List.copyOf(partitions), List.copyOf(others));
    }

    private static boolean addPartition(FileSystem files, Path directory, List<PartitionFiles> partitions)
            throws IOException {
        try {
            return partitions.add(PartitionFiles.of(files, directory));
        } catch (NotDirectoryException e) {
            return false;
        }
    }

    private static String nothingHere(FileSystem files, Path path, List<Path> entries) {
        Optional<Path> nearby = entries.stream()
                .filter(entry -> files.exists(entry.resolve(DirectoryFacts.META_PROPERTIES)))
                .min(Comparator.naturalOrder());
        return path
                + " holds no partitions: expected a directory of log.dirs, one partition's directory, or a file of it."
                + nearby.map(found -> " Did you mean " + found + "?").orElse("");
    }

    private static @Nullable Path logDirectoryOf(FileSystem files, Path partition) {
        Path parent = partition.toAbsolutePath().normalize().getParent();
        boolean formatted = parent != null && files.exists(parent.resolve(DirectoryFacts.META_PROPERTIES));
        return formatted ? parent : null;
    }

    private static boolean isOfPartition(Path file) {
        if (name(file).equals(DirectoryFacts.PARTITION_METADATA)) return true;
        if (name(file).equals(EpochCheckpoint.FILE_NAME)) return true;
        return Stream.concat(SEGMENT_KINDS.stream(), Stream.of(SegmentFiles.SNAPSHOT))
                .map(kind -> SegmentFiles.offsetOf(file, kind))
                .anyMatch(OptionalLong::isPresent);
    }

    private static boolean isOfLogDirectory(Path entry) {
        String name = name(entry);
        return name.equals(DirectoryFacts.META_PROPERTIES)
                || name.equals(DirectoryFacts.DIRECTORY_IDS)
                || name.equals(DirectoryFacts.BROKER_LIFE)
                || name.equals(LOCK)
                || name.equals(CLEAN_SHUTDOWN)
                || Stream.of(DirectoryFacts.Checkpoint.values())
                        .anyMatch(checkpoint -> checkpoint.fileName().equals(name));
    }

    /** The offset in the name of a file of a partition. */
    static long offsetOf(Path file) {
        return Long.parseLong(name(file).substring(0, name(file).indexOf('.')));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
