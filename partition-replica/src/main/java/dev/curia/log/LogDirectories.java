package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** All directories of {@code log.dirs}. Thread-safe. */
public final class LogDirectories implements AutoCloseable {
    private final List<LogDirectory> directories;

    private LogDirectories(List<LogDirectory> directories) {
        this.directories = List.copyOf(directories);
    }

    /** Opens all, or none. */
    public static LogDirectories open(List<Path> paths, String clusterId, int nodeId, LogDirectory.Ports ports)
            throws IOException {
        if (paths.isEmpty()) throw new LogDirectoryException("log.dirs names no directory, expected at least one");
        List<LogDirectory> opened = new ArrayList<>();
        try {
            Set<Uuid> ids = new HashSet<>();
            for (Path path : paths) {
                LogDirectory directory = LogDirectory.open(path, clusterId, nodeId, ports);
                opened.add(directory);
                if (!ids.add(directory.id())) {
                    throw new LogDirectoryException("The log directory " + path
                            + " has the same directory.id as another of log.dirs: one is a copy");
                }
            }
            ports.metrics()
                    .watchRecovery(
                            () -> opened.stream()
                                    .mapToInt(d -> d.recovery().partitionsLeft())
                                    .sum(),
                            () -> opened.stream()
                                    .mapToLong(d -> d.recovery().expectedBytes())
                                    .sum(),
                            () -> opened.stream()
                                    .mapToLong(d -> d.recovery().scannedBytes())
                                    .sum());
            return new LogDirectories(opened);
        } catch (IOException | RuntimeException e) {
            opened.forEach(LogDirectory::close);
            throw e;
        }
    }

    public List<LogDirectory> all() {
        return directories;
    }

    /** The directory that holds a partition. */
    public Optional<LogDirectory> find(TopicPartition name) throws IOException {
        for (LogDirectory directory : directories) {
            for (PartitionDirectory partition : directory.partitions()) {
                if (partition.name().equals(name)) return Optional.of(directory);
            }
        }
        return Optional.empty();
    }

    /** Where a new partition goes: the directory with the fewest open logs; empty: all are offline. */
    public Optional<LogDirectory> forNewPartition() {
        return directories.stream()
                .filter(LogDirectory::isOnline)
                .min(Comparator.comparingInt(directory -> directory.logs().size()));
    }

    /** The broker epoch of the last clean stop, if every directory was part of it (KIP-966). */
    public OptionalLong cleanShutdownBrokerEpoch() {
        long[] epochs = directories.stream()
                .mapToLong(directory -> directory.cleanShutdownBrokerEpoch().orElse(-1))
                .distinct()
                .toArray();
        return epochs.length == 1 && epochs[0] >= 0 ? OptionalLong.of(epochs[0]) : OptionalLong.empty();
    }

    /** As {@link LogDirectory#close(long)}, for all. */
    public void close(long brokerEpoch) throws IOException {
        IOException failure = null;
        for (LogDirectory directory : directories) {
            try {
                directory.close(brokerEpoch);
            } catch (IOException e) {
                if (failure == null) failure = e;
                else failure.addSuppressed(e);
            }
        }
        if (failure != null) throw failure;
    }

    /** Lets go of all as a crash would. */
    @Override
    public void close() {
        directories.forEach(LogDirectory::close);
    }
}
