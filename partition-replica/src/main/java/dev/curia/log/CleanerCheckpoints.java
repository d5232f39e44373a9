package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * How far compaction has come in each log of a directory: {@code cleaner-offset-checkpoint}, as Kafka has it, and
 * {@code deletes-removed-offset-checkpoint}, ours: before which offset tombstones and markers may be missing. Thread-safe: a change is
 * durable when its method returns, except for {@link #forget}.
 */
final class CleanerCheckpoints {
    private final OffsetCheckpoint cleaned;
    private final OffsetCheckpoint deletesRemoved;

    CleanerCheckpoints(FileSystem files, Path directory) throws IOException {
        this.cleaned = new OffsetCheckpoint(files, directory, "cleaner-offset-checkpoint");
        this.deletesRemoved = new OffsetCheckpoint(files, directory, "deletes-removed-offset-checkpoint");
    }

    long cleanedTo(TopicPartition log) {
        return cleaned.get(log);
    }

    void cleanedTo(TopicPartition log, long offset) throws IOException {
        cleaned.putAll(Map.of(log, offset));
    }

    long deletesRemovedTo(TopicPartition log) {
        return deletesRemoved.get(log);
    }

    /** Never lower than before. */
    void deletesRemovedTo(TopicPartition log, long offset) throws IOException {
        if (deletesRemoved.get(log) < offset) deletesRemoved.putAll(Map.of(log, offset));
    }

    /** The log was cut there. */
    void lower(TopicPartition log, long offset) throws IOException {
        cleaned.lower(log, offset);
        deletesRemoved.lower(log, offset);
    }

    void remove(TopicPartition log) throws IOException {
        cleaned.remove(log);
        deletesRemoved.remove(log);
    }

    void forget(TopicPartition log) {
        cleaned.forget(log);
        deletesRemoved.forget(log);
    }
}
