package dev.curia.broker.kafka.api;

import dev.curia.common.id.TopicPartition;
import java.util.List;

/** The log directories of this broker and what lies in them. Thread-safe; costs a look at every segment, so not for an event loop. */
public interface LogDirs {
    /** All of {@code log.dirs}: those that could be opened first, each in the order that was configured. */
    List<LogDir> describe();

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

    /** A partition's log and its size in bytes. */
    record Held(TopicPartition partition, long sizeInBytes) {}
}
