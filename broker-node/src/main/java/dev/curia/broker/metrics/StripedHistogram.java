package dev.curia.broker.metrics;

import dev.curia.common.metric.MetricKey;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts durations in {@link MetricKey#BUCKETS}. Thread-safe; to record one is a search among the bounds and two additions that do not contend.
 */
public final class StripedHistogram {
    private static final long[] BOUNDS = MetricKey.bucketNanos();
    private static final double NANOS = 1e9;

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder sumNanos = new LongAdder();

    StripedHistogram() {
        for (int i = 0; i < counts.length; i++) counts[i] = new LongAdder();
    }

    /** @param nanos a bound belongs to the bucket below it */
    public void record(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) bucket++;
        counts[bucket].increment();
        sumNanos.add(nanos);
    }

    double sumSeconds() {
        return sumNanos.sum() / NANOS;
    }

    /** Not cumulative, as the client library wants them. */
    ClassicHistogramBuckets buckets() {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            double bound = i < BOUNDS.length ? MetricKey.BUCKETS.get(i) : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, counts[i].sum());
        }
        return buckets.build();
    }
}
