package dev.curia.replica.node;

import java.time.Duration;

/**
 * How replicas behave on this broker.
 *
 * @param lagTimeMax a follower not caught up for this long leaves the ISR (replica.lag.time.max.ms)
 * @param checkpointInterval how often high watermarks and recovery points are written (replica.high.watermark.checkpoint.interval.ms)
 * @param backgroundFlush records are put on disk at the latest after this time (log.flush.background.ms)
 * @param retentionCheck how often retention is applied (log.retention.check.interval.ms)
 * @param producers how long producers are remembered
 * @param openThreads how many logs are opened, and recovered, at the same time (num.recovery.threads.per.data.dir)
 */
public record ReplicaConfig(
        Duration lagTimeMax,
        Duration checkpointInterval,
        Duration backgroundFlush,
        Duration retentionCheck,
        ProducerLimits producers,
        int openThreads) {
    public ReplicaConfig {
        if (lagTimeMax.isNegative() || lagTimeMax.isZero()) {
            throw new IllegalArgumentException("replica.lag.time.max.ms must be positive, not " + lagTimeMax);
        }
        if (checkpointInterval.isNegative() || checkpointInterval.isZero()) {
            throw new IllegalArgumentException(
                    "replica.high.watermark.checkpoint.interval.ms must be positive, not " + checkpointInterval);
        }
        if (backgroundFlush.isNegative() || backgroundFlush.isZero()) {
            throw new IllegalArgumentException("log.flush.background.ms must be positive, not " + backgroundFlush);
        }
        if (retentionCheck.isNegative() || retentionCheck.isZero()) {
            throw new IllegalArgumentException(
                    "log.retention.check.interval.ms must be positive, not " + retentionCheck);
        }
        if (openThreads < 1) throw new IllegalArgumentException("at least one thread is needed");
    }
}
