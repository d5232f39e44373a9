package dev.curia.broker.metrics;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.function.Supplier;

/** The series of one name whose labels come and go, such as topics: asked anew at each scrape. Thread-safe. */
public final class LabelledValues implements Collector {
    private static final int TOTAL = "_total".length();

    private final MetricKey key;
    private final Supplier<List<Row>> rows;

    /** @param labels the values, in the key's order */
    public record Row(List<String> labels, double value) {
        public static Row of(double value, String... labels) {
            return new Row(List.of(labels), value);
        }
    }

    /** @param rows asked by any thread, must be cheap; no two with the same labels */
    public LabelledValues(MetricKey key, Supplier<List<Row>> rows) {
        this.key = key;
        this.rows = rows;
    }

    /** Shows them in scrapes; a registry that is not scraped never asks. Once. */
    public void register(MeterRegistry registry) {
        if (registry instanceof PrometheusMeterRegistry scraped)
            scraped.getPrometheusRegistry().register(this);
    }

    private String familyName() {
        return key.type() == MetricKey.Type.COUNTER
                ? key.name().substring(0, key.name().length() - TOTAL)
                : key.name();
    }

    @Override
    public MetricSnapshot collect() {
        if (key.type() == MetricKey.Type.COUNTER) {
            CounterSnapshot.Builder family =
                    CounterSnapshot.builder().name(familyName()).help(key.meaning());
            rows.get()
                    .forEach(row -> family.dataPoint(CounterDataPointSnapshot.builder()
                            .labels(Labels.of(key.labels(), row.labels))
                            .value(row.value)
                            .build()));
            return family.build();
        }
        GaugeSnapshot.Builder family =
                GaugeSnapshot.builder().name(familyName()).help(key.meaning());
        rows.get()
                .forEach(row -> family.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(Labels.of(key.labels(), row.labels))
                        .value(row.value)
                        .build()));
        return family.build();
    }
}
