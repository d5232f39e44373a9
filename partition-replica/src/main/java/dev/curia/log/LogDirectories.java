package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.DirectoryPlacement.Candidate;
import dev.curia.log.io.LogDirFailure;
import dev.curia.log.io.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All directories of {@code log.dirs}. One that cannot be opened, or that fails later, is offline until the next start, and the others
 * go on; opening fails when none is left, or when one is not this node's to use. Thread-safe.
 */
public final class LogDirectories implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);

    /** Stands for a directory that may have been where one is new: nobody is left to remember it. */
    private static final Uuid PERHAPS_LOST = Uuid.ZERO;

    private final List<LogDirectory> directories;
    private final List<Unopened> unopened;
    private volatile Set<Uuid> known;
    private final List<DirectoryIds> idFiles;
    private final List<BrokerLife> lives;
    private final Failures failures;

    /** A directory that could not be opened, and why. */
    public record Unopened(Path path, String reason) {}

    private LogDirectories(Opening opening, Failures failures) {
        this.directories = List.copyOf(opening.opened);
        this.unopened = List.copyOf(opening.unopened);
        this.known = Set.copyOf(opening.known);
        this.idFiles = List.copyOf(opening.idFiles);
        this.lives = List.copyOf(opening.lives);
        this.failures = failures;
    }

    /** Passes failures on to whoever is interested when they happen. */
    private static final class Failures implements LogDirFailure {
        private final LogDirFailure owner;
        private volatile Runnable listener = () -> {};

        Failures(LogDirFailure owner) {
            this.owner = owner;
        }

        @Override
        public void onFailure(Path directory, String what, IOException cause) {
            owner.onFailure(directory, what, cause);
            listener.run();
        }
    }

    private static final class Opening {
        final List<LogDirectory> opened = new ArrayList<>();
        final List<Unopened> unopened = new ArrayList<>();
        final List<DirectoryIds> idFiles = new ArrayList<>();
        final List<BrokerLife> lives = new ArrayList<>();
        final Set<Uuid> ids = new HashSet<>();
        final Set<Uuid> known = new HashSet<>();
        final String clusterId;
        final int nodeId;
        final LogDirectory.Ports ports;

        Opening(String clusterId, int nodeId, LogDirectory.Ports ports) {
            this.clusterId = clusterId;
            this.nodeId = nodeId;
            this.ports = ports;
        }

        /** @throws LogDirectoryException when the directory is not this node's to use; any other failure leaves it offline */
        void open(Path path) throws LogDirectoryException {
            try {
                DirectoryIds idFile = new DirectoryIds(ports.files(), path);
                Set<Uuid> others = idFile.read();
                boolean formatted = !ports.files().exists(path.resolve(MetaProperties.FILE_NAME));
                LogDirectory directory = LogDirectory.open(path, clusterId, nodeId, ports);
                opened.add(directory);
                idFiles.add(idFile);
                lives.add(new BrokerLife(ports.files(), path));
                known.addAll(others);
                if (formatted) known.add(PERHAPS_LOST);
                if (!ids.add(directory.id())) {
                    throw new LogDirectoryException("The log directory " + path
                            + " has the same directory.id as another of log.dirs: one is a copy");
                }
            } catch (LogDirectoryException e) {
                throw e;
            } catch (IOException e) {
                LOG.error("log directory {} cannot be opened and is offline until the next start", path, e);
                unopened.add(new Unopened(path, String.valueOf(e.getMessage())));
            }
        }
    }

    /**
     * Opens those that can be opened.
     *
     * @throws LogDirectoryException when there is none, or one of them is another node's, is in use or is there twice
     */
    public static LogDirectories open(List<Path> paths, String clusterId, int nodeId, LogDirectory.Ports ports)
            throws IOException {
        if (paths.isEmpty()) throw new LogDirectoryException("log.dirs names no directory, expected at least one");
        Failures failures = new Failures(ports.failures());
        Opening opening = new Opening(clusterId, nodeId, ports.withFailures(failures));
        try {
            for (Path path : paths) opening.open(path);
            if (opening.opened.isEmpty()) {
                throw new LogDirectoryException("none of log.dirs can be opened: "
                        + opening.unopened.stream()
                                .map(each -> each.path() + " (" + each.reason() + ")")
                                .collect(Collectors.joining(", ")));
            }
            opening.known.addAll(opening.ids);
            LogDirectories directories = new LogDirectories(opening, failures);
            directories.remember(directories.known);
            directories.publish(ports.metrics());
            return directories;
        } catch (IOException | RuntimeException e) {
            opening.opened.forEach(LogDirectory::close);
            throw e;
        }
    }

    /** Those that could be opened, whether online or not. */
    public List<LogDirectory> all() {
        return directories;
    }

    public List<Unopened> unopened() {
        return unopened;
    }

    public boolean anyOnline() {
        return directories.stream().anyMatch(LogDirectory::isOnline);
    }

    /**
     * Whether a directory that held partitions of this broker was not found at the start, or may have been where one is new: a partition that is
     * nowhere to be found may have been there.
     */
    public boolean someMissing() {
        return !unopened.isEmpty() || known.size() > directories.size();
    }

    /** All that was in directories which are missing has been made anew elsewhere: from the next start on they count as never there. */
    public void forgetMissing() throws IOException {
        if (!unopened.isEmpty()) return;
        remember(present());
        known = present();
    }

    /** @param listener told after each failure of a directory, on whatever thread met it; must not block */
    public void onFailure(Runnable listener) {
        failures.listener = listener;
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

    /**
     * Where a new partition goes; empty: no directory is online and has room.
     *
     * @param partitions how many a directory holds
     */
    public Optional<LogDirectory> forNewPartition(ToIntFunction<LogDirectory> partitions) {
        return DirectoryPlacement.choose(directories.stream()
                .filter(directory -> directory.isOnline() && !directory.isFull())
                .map(directory -> new Candidate<>(directory, directory.usableBytes(), partitions.applyAsInt(directory)))
                .toList());
    }

    /**
     * The broker epoch of the life of which every directory still has all that was written: it was stopped cleanly, or its process ended while the
     * machine went on (KIP-966).
     *
     * @param machineBoot names the time since the machine was started; empty: not known
     */
    public OptionalLong intactBrokerEpoch(Optional<String> machineBoot) throws IOException {
        if (!unopened.isEmpty()) return OptionalLong.empty();
        Set<Long> epochs = new HashSet<>();
        for (int i = 0; i < directories.size(); i++) {
            OptionalLong epoch = directories.get(i).cleanShutdownBrokerEpoch();
            if (epoch.isEmpty() && machineBoot.isPresent()) epoch = lives.get(i).survived(machineBoot.get());
            epochs.add(epoch.orElse(-1));
        }
        long only = epochs.size() == 1 ? epochs.iterator().next() : -1;
        return only >= 0 ? OptionalLong.of(only) : OptionalLong.empty();
    }

    /** This process writes as a broker of this epoch from now on. Where it cannot be noted, the next one does not vouch for what this one wrote. */
    public void registered(long brokerEpoch, Optional<String> machineBoot) {
        if (machineBoot.isEmpty()) return;
        for (BrokerLife life : lives) {
            try {
                life.write(brokerEpoch, machineBoot.get());
            } catch (IOException e) {
                LOG.warn(
                        "broker epoch {} could not be noted; a start after a crash will count as unclean",
                        brokerEpoch,
                        e);
            }
        }
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

    private Set<Uuid> present() {
        return directories.stream().map(LogDirectory::id).collect(Collectors.toSet());
    }

    private void remember(Set<Uuid> ids) throws IOException {
        for (DirectoryIds file : idFiles) {
            try {
                file.write(ids);
            } catch (NoSpaceException e) {
                LOG.warn("no room to note the log directories; what was noted before stays", e);
            }
        }
    }

    private void publish(LogMetrics metrics) {
        metrics.watchRecovery(
                () -> directories.stream()
                        .mapToInt(d -> d.recovery().partitionsLeft())
                        .sum(),
                () -> directories.stream()
                        .mapToLong(d -> d.recovery().expectedBytes())
                        .sum(),
                () -> directories.stream()
                        .mapToLong(d -> d.recovery().scannedBytes())
                        .sum());
        directories.forEach(metrics::watchDirectory);
        unopened.forEach(each -> metrics.watchUnopened(each.path()));
    }
}
