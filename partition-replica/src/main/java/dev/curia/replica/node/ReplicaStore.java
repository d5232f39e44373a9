package dev.curia.replica.node;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.FutureDirectory;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMove;
import dev.curia.log.PartitionDirectory;
import dev.curia.log.PartitionLog;
import dev.curia.log.ReplacementMark;
import dev.curia.log.io.NoSpaceException;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.state.OfflineCause;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where each partition's log lies. Thread-safe for different partitions; blocks on the disk. */
final class ReplicaStore {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStore.class);

    private static final int MAX_WISHES = 10_000;

    /** Stands for a partition without a mark. */
    private static final ReplacementMark FIRST_MADE = new ReplacementMark(-1, -1);

    private final LogDirectories directories;
    private final LongSupplier brokerEpoch;
    private final AtomicLong replacements = new AtomicLong();

    /** Usually one each. More when a directory that was away is back, until the partition is opened. */
    private final Map<TopicPartition, List<Located>> located = new ConcurrentHashMap<>();

    /** Partitions that are to be made, and whether there may be older files of them somewhere. */
    private final Map<PartitionId, Boolean> making = new ConcurrentHashMap<>();

    // Guarded by itself.
    private final Map<LogDirectory, Integer> counts = new HashMap<>();

    /** What moves were at when the last process ended, until each begins again or is of no use. */
    private final Map<PartitionId, List<Leftover>> leftovers = new ConcurrentHashMap<>();

    /** Where partitions are to be made that are not here yet. */
    private final Map<TopicPartition, LogDirectory> wished = new ConcurrentHashMap<>();

    private record Leftover(LogDirectory directory, FutureDirectory future) {}

    private record Located(LogDirectory directory, Optional<Uuid> topicId) {
        boolean holds(Uuid id) {
            return topicId.equals(Optional.of(id));
        }
    }

    /** A log, and the high watermark last written for it. */
    record Opened(PartitionLog log, long highWatermark) {}

    /** A partition that lies on disk. */
    record Stored(TopicPartition name, PartitionId id) {}

    /** Lists what is on disk, once. A directory that cannot even be listed is offline. */
    ReplicaStore(LogDirectories directories, LongSupplier brokerEpoch) {
        this.directories = directories;
        this.brokerEpoch = brokerEpoch;
        for (LogDirectory directory : directories.all()) {
            try {
                for (PartitionDirectory found : directory.partitions()) {
                    add(found.name(), new Located(directory, found.topicId()));
                }
                for (FutureDirectory future : directory.futures()) addLeftover(new Leftover(directory, future));
            } catch (IOException e) {
                directory.fail("listing its partitions", e);
            }
        }
    }

    /**
     * Opens the partition's log, or makes one. What lies there of another topic of that name goes: that topic was deleted.
     *
     * @param metadataCurrent whether the assignment may be relied on to be newer than what lies on disk
     * @throws IOException see {@link OfflineException#causeOf}
     */
    Opened open(ReplicaAssignment assignment, boolean metadataCurrent) throws IOException {
        TopicPartition name = assignment.name();
        Uuid topicId = assignment.id().topicId();
        LogConfig config = LogConfig.of(assignment.config());
        for (Located here : at(name)) if (!here.holds(topicId)) removeOther(name, here, topicId, metadataCurrent);
        keepNewest(name);
        List<Located> here = at(name);
        if (here.isEmpty()) {
            if (!making.containsKey(assignment.id())) requireNew(assignment, metadataCurrent);
            making.putIfAbsent(assignment.id(), false);
            return create(assignment, config);
        }
        LogDirectory directory = here.get(0).directory();
        requireOnline(directory);
        requireNotMovedAway(name, directory);
        return new Opened(directory.open(name, topicId, config), directory.highWatermark(name));
    }

    /** Gives up what is stored of a partition, whose log is not open, and makes an empty log in its place. */
    Opened replace(ReplicaAssignment assignment) throws IOException {
        TopicPartition name = assignment.name();
        if (!hasRoom()) throw noRoom(name);
        making.put(assignment.id(), true);
        for (Located here : at(name)) {
            if (here.directory().isOnline()) here.directory().setAside(name);
            drop(name, here);
        }
        return create(assignment, LogConfig.of(assignment.config()));
    }

    /** The directory of this path, online or not; empty: log.dirs has none. */
    Optional<LogDirectory> directory(Path path) {
        Path wanted = path.toAbsolutePath().normalize();
        return directories.all().stream()
                .filter(each -> each.path().toAbsolutePath().normalize().equals(wanted))
                .findFirst();
    }

    /** Whether log.dirs names this path, which could not be opened. */
    boolean isUnopened(Path path) {
        Path wanted = path.toAbsolutePath().normalize();
        return directories.unopened().stream()
                .anyMatch(each -> each.path().toAbsolutePath().normalize().equals(wanted));
    }

    /** Where an open log lies now. */
    Optional<LogDirectory> directoryOf(PartitionLog log) {
        return Optional.ofNullable(log.directory().getParent()).flatMap(this::directory);
    }

    /** When the partition is made here, it goes there, if there is room. Forgotten when this process ends. */
    void wish(TopicPartition name, LogDirectory directory) {
        if (wished.size() < MAX_WISHES || wished.containsKey(name)) wished.put(name, directory);
    }

    /** Where a move that a former process did not finish was to end; what it copied goes. */
    Optional<LogDirectory> leftover(PartitionId id) {
        List<Leftover> found = leftovers.getOrDefault(id, List.of());
        leftovers.remove(id);
        found.forEach(ReplicaStore::remove);
        return found.stream()
                .map(Leftover::directory)
                .filter(LogDirectory::isOnline)
                .findFirst();
    }

    /** Removes what moves left of partitions that are not assigned here. */
    void removeLeftovers(Predicate<PartitionId> assignedHere) {
        for (PartitionId id : leftovers.keySet()) if (!assignedHere.test(id)) leftover(id);
    }

    /** @throws IOException when the target is not to be used; the log stays where it is */
    LogMove beginMove(PartitionLog log, LogDirectory to) throws IOException {
        LogDirectory from = directoryOf(log).orElseThrow();
        return LogMove.begin(log, from, to, this::nextMark);
    }

    /** From the moment of the swap on: what lies in the old directory is not the partition any more, but is not gone yet. */
    void swapped(LogMove move, Uuid topicId) {
        add(move.name(), new Located(move.to(), Optional.of(topicId)));
    }

    /** The old directory holds it no more. */
    void finished(LogMove move, Uuid topicId) {
        drop(move.name(), new Located(move.from(), Optional.of(topicId)));
    }

    boolean hasRoom() {
        return directories.all().stream().anyMatch(directory -> directory.isOnline() && !directory.isFull());
    }

    /** The replacement is as good as what it replaced: whatever was kept of that goes. */
    void dropSetAside(TopicPartition name) {
        directories.all().forEach(directory -> directory.dropSetAside(name));
    }

    /** Lets go of a log that is of no use any more. On its owner thread. */
    void release(TopicPartition name) {
        at(name).forEach(here -> here.directory().release(name));
    }

    /** What is on disk, and can be reached. */
    List<Stored> stored() {
        List<Stored> stored = new ArrayList<>();
        located.forEach((name, all) -> {
            for (Located here : all) {
                Optional<PartitionId> id = here.topicId().map(topic -> new PartitionId(topic, name.partition()));
                if (id.isPresent() && here.directory().isOnline()) stored.add(new Stored(name, id.get()));
            }
        });
        return stored;
    }

    /** Deletes what is stored of this very partition, not of another of its name. */
    void delete(TopicPartition name, PartitionId id) throws IOException {
        making.remove(id);
        leftover(id);
        for (Located here : at(name)) if (here.holds(id.topicId())) remove(name, here);
    }

    /** Deletes what lies here of a partition that is not assigned to this broker. */
    void deleteStray(Stored stray, ReplicaMetrics metrics) {
        LOG.warn("{} ({}) is not assigned to this broker any more: deleting it", stray.name(), stray.id());
        try {
            delete(stray.name(), stray.id());
            metrics.strayRemoved();
        } catch (IOException e) {
            LOG.warn("{} could not be deleted, it is found again at the next start", stray.name(), e);
        }
    }

    /** See {@link LogDirectory#follow}; for a directory that fails meanwhile, it is found at the next start. */
    void follow(String history) {
        directories.all().forEach(directory -> directory.follow(history));
    }

    void followed(String history) {
        for (LogDirectory directory : directories.all()) {
            if (!directory.isOnline()) continue;
            try {
                directory.followed(history);
            } catch (NoSpaceException e) {
                LOG.warn(
                        "{} has no room to note the metadata's history; deleted partitions are kept",
                        directory.path(),
                        e);
            } catch (IOException e) {
                LOG.error("cannot write to {}, which is offline now", directory.path(), e);
            }
        }
    }

    /** Whether a partition that is not found may be in a directory that is away. */
    boolean someMissing() {
        return directories.someMissing();
    }

    /** Everything that was in directories which are away is elsewhere now. */
    void forgetMissing() throws IOException {
        directories.forgetMissing();
    }

    /** Writes high watermarks and recovery points of what is online. */
    void checkpoint(Map<TopicPartition, Long> highWatermarks) {
        Map<LogDirectory, Map<TopicPartition, Long>> byDirectory = new HashMap<>();
        highWatermarks.forEach((name, offset) -> {
            for (Located here : at(name)) {
                byDirectory
                        .computeIfAbsent(here.directory(), d -> new HashMap<>())
                        .put(name, offset);
            }
        });
        for (LogDirectory directory : directories.all()) {
            if (!directory.isOnline()) continue;
            try {
                directory.checkpointHighWatermarks(byDirectory.getOrDefault(directory, Map.of()));
                directory.checkpoint();
            } catch (NoSpaceException e) {
                LOG.debug("{} has no room for checkpoints; the old ones stay", directory.path(), e);
            } catch (IOException e) {
                LOG.error("cannot write checkpoints to {}, which is offline now", directory.path(), e);
            }
        }
    }

    /** Closes all logs, whose replicas have stopped. */
    void close(long epoch) throws IOException {
        directories.close(epoch);
    }

    private Opened create(ReplicaAssignment assignment, LogConfig config) throws IOException {
        TopicPartition name = assignment.name();
        PartitionId id = assignment.id();
        LogDirectory chosen = place(name).orElseThrow(() -> noRoom(name));
        try {
            boolean older = making.getOrDefault(id, true);
            Optional<ReplacementMark> mark = older ? Optional.of(nextMark()) : Optional.empty();
            PartitionLog log = chosen.create(name, id.topicId(), config, mark);
            add(name, new Located(chosen, Optional.of(id.topicId())));
            making.remove(id);
            return new Opened(log, 0);
        } catch (IOException e) {
            if (chosen.isOnline() || !hasRoom()) throw e;
        } finally {
            count(chosen, -1);
        }
        // The directory failed just now; nothing was in it yet but what was to become the partition.
        making.put(id, true);
        return create(assignment, config);
    }

    private ReplacementMark nextMark() {
        return new ReplacementMark(brokerEpoch.getAsLong(), replacements.getAndIncrement());
    }

    private static IOException noRoom(TopicPartition name) {
        return new OfflineException(OfflineCause.NO_SPACE, "no log directory is online and has room for " + name);
    }

    /** The directory for one more partition, which counts as having it. */
    private Optional<LogDirectory> place(TopicPartition name) {
        synchronized (counts) {
            Optional<LogDirectory> chosen = Optional.ofNullable(wished.remove(name))
                    .filter(directory -> directory.isOnline() && !directory.isFull())
                    .or(() -> directories.forNewPartition(directory -> counts.getOrDefault(directory, 0)));
            chosen.ifPresent(directory -> count(directory, 1));
            return chosen;
        }
    }

    private void removeOther(TopicPartition name, Located here, Uuid topicId, boolean metadataCurrent)
            throws IOException {
        if (!here.directory().isOnline()) {
            drop(name, here); // found again, and removed, when it is back
            return;
        }
        if (!metadataCurrent) {
            throw new OfflineException(
                    OfflineCause.METADATA_BEHIND,
                    here.directory().path() + " has it of topic id "
                            + here.topicId().map(Uuid::toString).orElse("(none)") + ", which may be the newer one");
        }
        LOG.warn(
                "{} in {} belongs to topic id {}, expected {}: deleting it",
                name,
                here.directory().path(),
                here.topicId(),
                topicId);
        remove(name, here);
    }

    /** Of several, the one that was made last is the replica: it was made when the others were given up. */
    private void keepNewest(TopicPartition name) throws IOException {
        List<Located> all = at(name);
        if (all.size() < 2) return;
        Map<Located, Optional<ReplacementMark>> marks = new HashMap<>();
        for (Located here : all) {
            requireOnline(here.directory());
            marks.put(here, here.directory().replacementMark(name));
        }
        Comparator<Located> byMark = Comparator.comparing(
                here -> Objects.requireNonNull(marks.get(here)).orElse(FIRST_MADE));
        Located newest = Collections.max(all, byMark);
        if (all.stream().filter(here -> byMark.compare(here, newest) == 0).count() > 1) {
            throw new OfflineException(
                    OfflineCause.BROKEN,
                    "it is in several log directories, "
                            + all.stream().map(here -> here.directory().path()).toList() + "; remove the stale ones");
        }
        for (Located here : all) {
            if (here.equals(newest)) continue;
            LOG.warn(
                    "{} in {} is stale, it was made anew in {} meanwhile: deleting it",
                    name,
                    here.directory().path(),
                    newest.directory().path());
            remove(name, here);
        }
    }

    private static void requireOnline(LogDirectory directory) throws OfflineException {
        if (directory.isOnline()) return;
        throw new OfflineException(OfflineCause.DIRECTORY_FAILED, "its log directory " + directory.path() + " failed");
    }

    /** What lies here may be older than what a move brought elsewhere. */
    private void requireNotMovedAway(TopicPartition name, LogDirectory directory) throws IOException {
        Optional<Uuid> target = directory.moveNote(name);
        if (target.isEmpty()) return;
        boolean known = directories.all().stream()
                .anyMatch(other -> other.isOnline() && other.id().equals(target.get()));
        if (!known) {
            throw new OfflineException(
                    OfflineCause.MISSING,
                    "it was about to move from " + directory.path() + " to the log directory " + target.get()
                            + ", which is away: what lies here may be stale. If it never comes back, remove"
                            + " move-checkpoint there");
        }
        directory.dropMoveNote(name);
    }

    private void addLeftover(Leftover leftover) {
        FutureDirectory future = leftover.future();
        if (future.topicId().isEmpty()) {
            remove(leftover);
            return;
        }
        PartitionId id = new PartitionId(future.topicId().get(), future.partition());
        leftovers.computeIfAbsent(id, i -> new ArrayList<>()).add(leftover);
    }

    private static void remove(Leftover leftover) {
        if (leftover.directory().isOnline()) leftover.directory().remove(leftover.future());
    }

    /** Nothing is stored of the partition: may it be made, as one that never was here? */
    private void requireNew(ReplicaAssignment assignment, boolean metadataCurrent) throws OfflineException {
        // Registration raised the partition epoch of all that this broker was in sync for before.
        boolean madeSince = metadataCurrent && assignment.partitionEpoch() == 0;
        if (!directories.someMissing() || madeSince) return;
        throw new OfflineException(
                metadataCurrent ? OfflineCause.MISSING : OfflineCause.METADATA_BEHIND,
                "it is in none of the log directories that could be opened, and may be in one that could not");
    }

    private void remove(TopicPartition name, Located here) throws IOException {
        drop(name, here);
        if (here.directory().isOnline()) here.directory().delete(name);
    }

    private List<Located> at(TopicPartition name) {
        return located.getOrDefault(name, List.of());
    }

    private void add(TopicPartition name, Located place) {
        located.compute(name, (n, before) -> {
            List<Located> all = new ArrayList<>(before == null ? List.of() : before);
            all.add(place);
            return List.copyOf(all);
        });
        count(place.directory(), 1);
    }

    private void drop(TopicPartition name, Located place) {
        located.computeIfPresent(name, (n, before) -> {
            List<Located> rest =
                    before.stream().filter(other -> !other.equals(place)).toList();
            return rest.isEmpty() ? null : rest;
        });
        count(place.directory(), -1);
    }

    private void count(LogDirectory directory, int change) {
        synchronized (counts) {
            counts.merge(directory, change, Integer::sum);
        }
    }
}
