package dev.curia.bench.scale;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.AppendInfo;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogConfig;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.PartitionLog;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.io.NioFileSystem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Makes the log of a stopped broker large, on a small disk: with the broker's own code, but values of zeros in files with holes. What it leaves
 * is a log as any other, cleanly stopped.
 */
final class SparseLog {
    /** Of each batch, which is one record. */
    static final int BATCH_BYTES = 1_000_000;

    private final Path directory;
    private final TopicPartition partition;
    private final Uuid topicId;

    /** @param directory of {@code log.dirs} */
    SparseLog(Path directory, String topic, org.apache.kafka.common.Uuid topicId) {
        this.directory = directory;
        this.partition = new TopicPartition(topic, 0);
        this.topicId = new Uuid(topicId.getMostSignificantBits(), topicId.getLeastSignificantBits());
    }

    /** @param firstTimestamp of a record at offset 0; each is a millisecond later than the one before */
    void growTo(long bytes, long firstTimestamp) throws IOException {
        LogDirectory.Ports ports = new LogDirectory.Ports(
                new SparseFiles(new NioFileSystem()),
                new SplittableRandom(1),
                new Background(Runnable::run, Runnable::run, (delayNanos, task) -> () -> {}),
                new DiskReserve(0),
                new LogMetrics(new SimpleMeterRegistry()),
                (failed, what, cause) -> {
                    throw new IllegalStateException(what, cause);
                });
        LogDirectory opened = LogDirectory.open(directory, "bench", 1, ports);
        try {
            append(opened.open(partition, topicId, LogConfig.of(Map.of())), bytes, firstTimestamp);
        } finally {
            opened.close(-1);
        }
    }

    private static void append(PartitionLog log, long bytes, long firstTimestamp) {
        ZeroBatch batch = new ZeroBatch(BATCH_BYTES);
        int epoch = log.lastEpoch().orElse(0);
        while (log.sizeInBytes() < bytes) {
            long timestamp = firstTimestamp + log.logEndOffset();
            AppendInfo info = log.appendAsLeader(batch.at(timestamp), epoch, AppendOrigin.CLIENT, timestamp);
            if (!info.ok()) throw new IllegalStateException(info.error() + ": " + info.message());
        }
    }
}
