package dev.curia.replica.node;

import java.time.Duration;

/**
 * How long producers are remembered. Immutable.
 *
 * @param expiration one idle for this long, without an open transaction, is forgotten (producer.id.expiration.ms)
 * @param checkInterval how often such ones are looked for (producer.id.expiration.check.interval.ms)
 * @param most a partition that has more forgets those that were idle longest (curia.producers.per.partition.max)
 */
public record ProducerLimits(Duration expiration, Duration checkInterval, int most) {
    public ProducerLimits {
        if (expiration.isNegative() || expiration.isZero()) {
            throw new IllegalArgumentException("producer.id.expiration.ms must be positive, not " + expiration);
        }
        if (checkInterval.isNegative() || checkInterval.isZero()) {
            throw new IllegalArgumentException(
                    "producer.id.expiration.check.interval.ms must be positive, not " + checkInterval);
        }
        if (most < 1) {
            throw new IllegalArgumentException("curia.producers.per.partition.max must be positive, not " + most);
        }
    }

    /** Kafka's times. */
    public static ProducerLimits defaults() {
        return new ProducerLimits(Duration.ofDays(1), Duration.ofMinutes(10), 200_000);
    }
}
