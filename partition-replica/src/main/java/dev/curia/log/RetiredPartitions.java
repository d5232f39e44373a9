package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions that have left a log directory: deleted ones, whose files are removed in the background; damaged ones, whose files are kept for people
 * to look at until a successor has caught up, room is needed, or the process ends; and strays, which the metadata may have forgotten and only
 * people remove. Thread-safe.
 */
final class RetiredPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(RetiredPartitions.class);
    private static final String DELETED = "-delete";
    private static final String DAMAGED = "-damaged";
    private static final String STRAY = "-stray"; // as Kafka names them
    /** A file name's bound on common file systems, in bytes. */
    private static final int MAX_NAME = 255;

    private final Path path;
    private final FileSystem files;
    private final RandomGenerator random;
    private final Executor removals;
    private final LogDirHealth health;
    private final Map<TopicPartition, Path> kept = new ConcurrentHashMap<>();
    private volatile boolean keepsDeleted;

    RetiredPartitions(Path path, FileSystem files, RandomGenerator random, Executor removals, LogDirHealth health) {
        this.path = path;
        this.files = files;
        this.random = random;
        this.removals = removals;
        this.health = health;
    }

    /** Removes what an earlier process left. */
    void removeLeftovers() throws IOException {
        for (Path entry : files.list(path)) {
            String name = String.valueOf(entry.getFileName());
            if (name.endsWith(DELETED) || name.endsWith(DAMAGED)) removeLater(entry);
        }
    }

    void keepDeleted(boolean keep) {
        keepsDeleted = keep;
    }

    /** Durable when it returns, if what is deleted is kept. */
    void delete(TopicPartition name, Path directory) throws IOException {
        if (!keepsDeleted) {
            removeLater(rename(name, directory, DELETED));
            return;
        }
        Path target = rename(name, directory, STRAY);
        files.forceDirectory(path);
        LOG.warn(
                "the metadata was restored or recovered and does not have {} here, which it may have forgotten: kept as {}. Delete that directory when"
                        + " its records are not needed",
                name,
                target);
    }

    /** Durable when it returns. */
    void keep(TopicPartition name, Path directory) throws IOException {
        Path target = rename(name, directory, DAMAGED);
        files.forceDirectory(path);
        LOG.warn("what was damaged of {} is kept in {} until the replica has caught up", name, target);
        Path older = kept.put(name, target);
        if (older != null) removeLater(older);
    }

    void drop(TopicPartition name) {
        Path target = kept.remove(name);
        if (target != null) removeLater(target);
    }

    void dropAll() {
        Set.copyOf(kept.keySet()).forEach(this::drop);
    }

    private Path rename(TopicPartition name, Path directory, String why) throws IOException {
        String suffix = "." + uniqueId() + why;
        String base = name.toString();
        Path target = path.resolve(base.substring(0, Math.min(base.length(), MAX_NAME - suffix.length())) + suffix);
        files.rename(directory, target);
        return target;
    }

    /** 32 digits. */
    String uniqueId() {
        return new UUID(random.nextLong(), random.nextLong()).toString().replace("-", "");
    }

    void removeLater(Path directory) {
        removals.execute(() -> {
            try {
                files.delete(directory);
            } catch (IOException e) {
                health.fail("removing " + directory, e);
            }
        });
    }
}
