package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far compaction has come in each log of a directory: {@code cleaner-offset-checkpoint}, as Kafka has it, and
 * {@code deletes-removed-offset-checkpoint}, ours: before which offset tombstones and markers may be missing. Thread-safe: a change is
 * durable when its method returns, except for {@link #forget}.
 */
final class CleanerCheckpoints {
    private final OffsetCheckpoint cleaned;
    private final OffsetCheckpoint deletesRemoved;
    // The same, for who may not wait for a write that is under way.
    private final Map<TopicPartition, Long> removedNow;

    CleanerCheckpoints(FileSystem files, Path directory) throws IOException {
        this.cleaned = new OffsetCheckpoint(files, directory, "cleaner-offset-checkpoint");
        this.deletesRemoved = new OffsetCheckpoint(files, directory, "deletes-removed-offset-checkpoint");
        this.removedNow = new ConcurrentHashMap<>(deletesRemoved.all());
    }

    long cleanedTo(TopicPartition log) {
        return cleaned.get(log);
    }

    void cleanedTo(TopicPartition log, long offset) throws IOException {
        cleaned.putAll(Map.of(log, offset));
    }

    /** Never waits for the disk. */
    long deletesRemovedTo(TopicPartition log) {
        return removedNow.getOrDefault(log, 0L);
    }

    /** Never lower than before. */
    void deletesRemovedTo(TopicPartition log, long offset) throws IOException {
        if (deletesRemovedTo(log) >= offset) return;
        deletesRemoved.putAll(Map.of(log, offset));
        removedNow.put(log, offset);
    }

    /** The log was cut there. */
    void lower(TopicPartition log, long offset) throws IOException {
        cleaned.lower(log, offset);
        deletesRemoved.lower(log, offset);
        removedNow.computeIfPresent(log, (name, before) -> Math.min(before, offset));
    }

    void remove(TopicPartition log) throws IOException {
        cleaned.remove(log);
        deletesRemoved.remove(log);
        removedNow.remove(log);
    }

    void forget(TopicPartition log) {
        cleaned.forget(log);
        deletesRemoved.forget(log);
        removedNow.remove(log);
    }
}
