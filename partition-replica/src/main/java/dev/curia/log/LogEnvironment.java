package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.OpenFiles;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * What all logs of a directory share.
 *
 * @param segments {@code files}, for those that stay open
 * @param background runs what may block: flushing a rolled segment, removing files
 */
record LogEnvironment(
        FileSystem files, OpenFiles segments, LogDirHealth health, Executor background, Checkpoints checkpoints) {
    /** Where the directory keeps the recovery points and start offsets of its logs. */
    @FunctionalInterface
    interface Checkpoints {
        /** Makes durable that nothing from {@code offset} on counts as flushed any more, and that the log may start there. Any thread. */
        void lower(TopicPartition partition, long offset) throws IOException;
    }
}
