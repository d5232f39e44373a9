package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * What all logs of a directory share.
 *
 * @param background runs what may block: flushing a rolled segment, removing files
 */
record LogEnvironment(FileSystem files, LogDirHealth health, Executor background, RecoveryPoints recoveryPoints) {
    /** Where the directory keeps the recovery points of its logs. */
    @FunctionalInterface
    interface RecoveryPoints {
        /** Makes durable that nothing from {@code offset} on counts as flushed any more. Any thread. */
        void lower(TopicPartition partition, long offset) throws IOException;
    }
}
