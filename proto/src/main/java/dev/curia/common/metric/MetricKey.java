package dev.curia.common.metric;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * One documented meter: what Prometheus calls it, what it means, and what to do about it. It stands beside the code that feeds it, which
 * makes its meters here, so that no meter is without its documentation. Immutable.
 *
 * @param name as scraped, with the unit in it, as Prometheus has it: {@code _bytes}, {@code _seconds}, and {@code _total} for counters
 * @param labels in the order in which their values are given
 * @param meaning what is counted or measured, with what it is not
 * @param advice what to do when it is high, or whatever else is worth an operator's look; empty: nothing
 * @param later whether there is no series before something happens, such as the first answer of a kind
 */
public record MetricKey(String name, Type type, List<String> labels, String meaning, String advice, boolean later) {
    /** Prometheus' types. A histogram of seconds also has a gauge of its newest maximum, {@code <name>_max}. */
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        /** A count and a sum, without buckets; of libraries only. */
        SUMMARY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String TOTAL = "_total";

    /** The upper bounds of every histogram's buckets, in seconds: few, since each is a series for each set of labels. */
    public static final List<Double> BUCKETS = List.of(
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            60.0);

    private static final Duration[] BUCKET_DURATIONS = BUCKETS.stream()
            .map(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
            .toArray(Duration[]::new);

    public MetricKey {
        labels = List.copyOf(labels);
        if (!name.matches("[a-z][a-z0-9_]*")) throw new IllegalArgumentException(name + " is no name of a meter");
        if (name.endsWith(TOTAL) != (type == Type.COUNTER))
            throw new IllegalArgumentException(name + ": counters end with _total, and nothing else does");
    }

    public static MetricKey counter(String name, String meaning, String advice, String... labels) {
        return new MetricKey(name, Type.COUNTER, List.of(labels), meaning, advice, false);
    }

    public static MetricKey gauge(String name, String meaning, String advice, String... labels) {
        return new MetricKey(name, Type.GAUGE, List.of(labels), meaning, advice, false);
    }

    /** Of seconds. */
    public static MetricKey histogram(String name, String meaning, String advice, String... labels) {
        return new MetricKey(name, Type.HISTOGRAM, List.of(labels), meaning, advice, false);
    }

    /** The same, but there is no series until something happens. */
    public MetricKey onlyOnceItHappened() {
        return new MetricKey(name, type, labels, meaning, advice, true);
    }

    /** As its name says. */
    public String unit() {
        String plain = type == Type.COUNTER ? name.substring(0, name.length() - TOTAL.length()) : name;
        return List.of("bytes", "seconds", "records", "ratio").stream()
                .filter(unit -> plain.endsWith("_" + unit) || plain.contains("_" + unit + "_"))
                .findFirst()
                .orElse("");
    }

    /** The counter of these labels, made or found. */
    public Counter counter(MeterRegistry registry, String... labelValues) {
        return Counter.builder(name.substring(0, name.length() - TOTAL.length()))
                .description(meaning)
                .tags(tags(labelValues))
                .register(registry);
    }

    /**
     * The counter of these labels that somebody else keeps.
     *
     * @param value never falls; asked at each scrape, by any thread; only as long as the caller holds it
     */
    public Meter counter(MeterRegistry registry, Supplier<? extends Number> value, String... labelValues) {
        return FunctionCounter.builder(
                        name.substring(0, name.length() - TOTAL.length()),
                        value,
                        counted -> counted.get().doubleValue())
                .description(meaning)
                .tags(tags(labelValues))
                .register(registry);
    }

    /** @param value asked at each scrape, by any thread */
    public Gauge gauge(MeterRegistry registry, Supplier<? extends Number> value, String... labelValues) {
        return Gauge.builder(name, value::get)
                .description(meaning)
                .tags(tags(labelValues))
                .strongReference(true)
                .register(registry);
    }

    /** The timer of these labels, made or found. */
    public Timer timer(MeterRegistry registry, String... labelValues) {
        Timer.Builder timer = Timer.builder(name).description(meaning).tags(tags(labelValues));
        if (type == Type.HISTOGRAM) timer.serviceLevelObjectives(BUCKET_DURATIONS);
        return timer.register(registry);
    }

    /** {@link #BUCKETS}, in nanoseconds. */
    public static long[] bucketNanos() {
        return DoubleStream.of(BUCKETS.stream().mapToDouble(Double::doubleValue).toArray())
                .mapToLong(seconds -> Math.round(seconds * 1e9))
                .toArray();
    }

    /** With their names. */
    public List<Tag> tags(String... labelValues) {
        if (labelValues.length != labels.size())
            throw new IllegalArgumentException(name + " has the labels " + labels + ", not " + labelValues.length);
        List<Tag> tags = new ArrayList<>();
        for (int i = 0; i < labelValues.length; i++) tags.add(Tag.of(labels.get(i), labelValues[i]));
        return tags;
    }
}
