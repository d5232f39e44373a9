package dev.curia.broker.kafka.api;

import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;

/** The log directories of this broker and what lies in them. Thread-safe; costs a look at every segment, so not for an event loop. */
public interface LogDirs {
    /** All of {@code log.dirs}: those that could be opened first, each in the order that was configured. */
    List<LogDir> describe();

    /**
     * Begins to move this broker's replica of a partition to another of {@code log.dirs}, in the place of another move of it; where it lies
     * already, ends that move. Never blocks.
     *
     * @return NONE; LOG_DIR_NOT_FOUND: there is no such directory; KAFKA_STORAGE_ERROR: it is offline; REPLICA_NOT_AVAILABLE: this broker has no
     *     such replica, and will make it there if it is to have it
     */
    ErrorCode move(TopicPartition partition, String directory);

    /**
     * One of {@code log.dirs}.
     *
     * @param online false: it failed, or could not be opened, and nothing else of it is known
     * @param totalBytes of the file system, -1: not known
     * @param usableBytes of the file system, -1: not known
     */
    record LogDir(String path, boolean online, long totalBytes, long usableBytes, List<Held> partitions) {
        public LogDir {
            partitions = List.copyOf(partitions);
        }
    }

    /**
     * A partition's log.
     *
     * @param future what a move has copied so far
     * @param offsetLag how far that is behind
     */
    record Held(TopicPartition partition, long sizeInBytes, boolean future, long offsetLag) {
        /** In service. */
        public Held(TopicPartition partition, long sizeInBytes) {
            this(partition, sizeInBytes, false, 0);
        }
    }
}
