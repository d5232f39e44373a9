package dev.curia.broker.metrics;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The histograms of one name, by their labels: for what is recorded too often for a library's timers. Thread-safe. */
public final class HistogramFamily implements Collector {
    private final MetricKey key;
    private final Map<List<String>, StripedHistogram> histograms = new ConcurrentHashMap<>();

    public HistogramFamily(MetricKey key) {
        this.key = key;
    }

    /** Shows them in scrapes; a registry that is not scraped leaves them alone. Once. */
    public void register(MeterRegistry registry) {
        if (registry instanceof PrometheusMeterRegistry scraped)
            scraped.getPrometheusRegistry().register(this);
    }

    /** Made when asked for the first time; worth keeping where it is used often. */
    public StripedHistogram of(String... labelValues) {
        return histograms.computeIfAbsent(List.of(labelValues), values -> {
            if (values.size() != key.labels().size())
                throw new IllegalArgumentException(key.name() + " has the labels " + key.labels() + ", not " + values);
            return new StripedHistogram();
        });
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder family =
                HistogramSnapshot.builder().name(key.name()).help(key.meaning());
        histograms.forEach((values, histogram) -> family.dataPoint(HistogramDataPointSnapshot.builder()
                .labels(Labels.of(key.labels(), values))
                .classicHistogramBuckets(histogram.buckets())
                .sum(histogram.sumSeconds())
                .build()));
        return family.build();
    }
}
