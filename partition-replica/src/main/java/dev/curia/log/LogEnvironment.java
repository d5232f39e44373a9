package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.OpenFiles;
import dev.curia.log.segment.Segment;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What all logs of a directory share.
 *
 * @param segments {@code files}, for those that stay open
 */
record LogEnvironment(
        FileSystem files,
        OpenFiles segments,
        LogDirHealth health,
        DiskSpace space,
        Background background,
        Checkpoints checkpoints,
        CleanerCheckpoints cleaner,
        RecoveryProgress recovery,
        LogMetrics metrics) {
    /** Removes the files of segments that were taken out of their log, after a while, or soon when the room is needed. Any thread. */
    void removeLater(List<Segment> segments, long delayMs) {
        background
                .timers()
                .schedule(
                        space.isFull() ? 0 : TimeUnit.MILLISECONDS.toNanos(delayMs),
                        () -> background.removals().execute(() -> remove(segments)));
    }

    /** The answer to an append when the disk has failed. */
    AppendInfo offline(TopicPartition name) {
        return AppendInfo.refused(ErrorCode.KAFKA_STORAGE_ERROR, "The log directory of " + name + " is offline");
    }

    private void remove(List<Segment> segments) {
        try {
            for (Segment segment : segments) segment.removeFiles();
        } catch (IOException e) {
            health.fail("removing dropped segments", e);
        }
    }

    /** Where the directory keeps the recovery points and start offsets of its logs. Any thread. */
    interface Checkpoints {
        /** Makes durable that nothing from {@code offset} on counts as flushed any more, and that the log may start there. */
        void lower(TopicPartition partition, long offset) throws IOException;

        /** Has the log's start offset made durable soon, see {@link StartOffsets#request}. */
        void requestStart(PartitionLog log);
    }
}
