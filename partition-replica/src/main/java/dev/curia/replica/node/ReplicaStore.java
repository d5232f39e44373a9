package dev.curia.replica.node;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogDirectoryException;
import dev.curia.log.PartitionDirectory;
import dev.curia.log.PartitionLog;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where each partition's log lies. Thread-safe for different partitions; blocks on the disk. */
final class ReplicaStore {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStore.class);

    private final LogDirectories directories;
    private final Map<TopicPartition, Located> located = new ConcurrentHashMap<>();

    private record Located(LogDirectory directory, Optional<Uuid> topicId) {}

    /** A log, and the high watermark last written for it. */
    record Opened(PartitionLog log, long highWatermark) {}

    /** Lists what is on disk, once. */
    ReplicaStore(LogDirectories directories) throws IOException {
        this.directories = directories;
        for (LogDirectory directory : directories.all()) {
            for (PartitionDirectory found : directory.partitions()) {
                Located before = located.put(found.name(), new Located(directory, found.topicId()));
                if (before != null) {
                    throw new LogDirectoryException(found.name() + " is in two log directories, "
                            + before.directory().path() + " and " + directory.path() + "; remove the stale one");
                }
            }
        }
    }

    /** Opens the partition's log, or makes one. What lies there of another topic of that name goes: that topic was deleted. */
    Opened open(TopicPartition name, Uuid topicId, LogConfig config) throws IOException {
        Located here = located.get(name);
        if (here != null && !here.topicId().equals(Optional.of(topicId))) {
            LOG.warn(
                    "{} in {} belongs to topic id {}, expected {}: deleting it",
                    name,
                    here.directory().path(),
                    here.topicId(),
                    topicId);
            delete(name);
            here = null;
        }
        if (here != null) {
            PartitionLog log = here.directory().open(name, topicId, config);
            return new Opened(log, here.directory().highWatermark(name));
        }
        LogDirectory chosen = directories
                .forNewPartition()
                .orElseThrow(() -> new LogDirectoryException("no log directory is online to hold " + name));
        PartitionLog log = chosen.create(name, topicId, config);
        located.put(name, new Located(chosen, Optional.of(topicId)));
        return new Opened(log, 0);
    }

    void delete(TopicPartition name) throws IOException {
        Located here = located.remove(name);
        if (here != null) here.directory().delete(name);
    }

    /** Writes high watermarks and recovery points of what is online. */
    void checkpoint(Map<TopicPartition, Long> highWatermarks) throws IOException {
        Map<LogDirectory, Map<TopicPartition, Long>> byDirectory = new HashMap<>();
        highWatermarks.forEach((name, offset) -> {
            Located here = located.get(name);
            if (here != null)
                byDirectory
                        .computeIfAbsent(here.directory(), d -> new HashMap<>())
                        .put(name, offset);
        });
        for (LogDirectory directory : directories.all()) {
            if (!directory.isOnline()) continue;
            directory.checkpointHighWatermarks(byDirectory.getOrDefault(directory, Map.of()));
            directory.checkpoint();
        }
    }

    /** Closes all logs, whose replicas have stopped. */
    void close(long brokerEpoch) throws IOException {
        directories.close(brokerEpoch);
    }
}
