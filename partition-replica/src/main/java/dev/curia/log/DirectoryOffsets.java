package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import java.io.IOException;
import java.util.Map;

/** The files of a log directory that hold one offset a partition. Thread-safe; what is written is durable when its method returns. */
record DirectoryOffsets(
        OffsetCheckpoint recoveryPoints,
        StartOffsets starts,
        OffsetCheckpoint highWatermarks,
        CleanerCheckpoints cleaner)
        implements LogEnvironment.Checkpoints {
    /** What is to be known of a log that comes from another directory. */
    record Of(long recoveryPoint, long logStartOffset, long highWatermark, long cleanedTo, long deletesRemovedTo) {}

    void put(TopicPartition name, Of offsets) throws IOException {
        recoveryPoints.putAll(Map.of(name, offsets.recoveryPoint()));
        starts.put(name, offsets.logStartOffset());
        highWatermarks.putAll(Map.of(name, offsets.highWatermark()));
        boolean sameCleaning = cleaner.cleanedTo(name) == offsets.cleanedTo()
                && cleaner.deletesRemovedTo(name) == offsets.deletesRemovedTo();
        if (sameCleaning) return;
        cleaner.remove(name); // they only rise otherwise
        if (offsets.cleanedTo() > 0) cleaner.cleanedTo(name, offsets.cleanedTo());
        cleaner.deletesRemovedTo(name, offsets.deletesRemovedTo());
    }

    /** No file names the partition when this returns. */
    void remove(TopicPartition name) throws IOException {
        recoveryPoints.remove(name);
        starts.remove(name);
        highWatermarks.remove(name);
        cleaner.remove(name);
    }

    /** The files name the partition until each is next written. */
    void forget(TopicPartition name) {
        recoveryPoints.forget(name);
        starts.forget(name);
        highWatermarks.forget(name);
        cleaner.forget(name);
    }

    @Override
    public void lower(TopicPartition name, long offset) throws IOException {
        recoveryPoints.lower(name, offset);
        starts.lower(name, offset);
        cleaner.lower(name, offset);
    }

    @Override
    public void requestStart(PartitionLog log) {
        starts.request(log);
    }
}
