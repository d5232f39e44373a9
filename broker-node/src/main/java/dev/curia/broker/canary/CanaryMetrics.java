package dev.curia.broker.canary;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.broker.canary.CanaryProbe.Result;
import dev.curia.broker.metrics.HistogramFamily;
import dev.curia.broker.metrics.LabelledValues;
import dev.curia.broker.metrics.LabelledValues.Row;
import dev.curia.common.metric.MetricKey;
import dev.curia.common.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** What the canary tells of each broker. Thread-safe. */
public final class CanaryMetrics {
    private static final String RUNBOOK = "See `CuriaCanaryFails` in operations.md.";
    private static final MetricKey SUCCESS = later(gauge(
            "curia_canary_success",
            "1 when this broker's last record to that leader came back, else 0.",
            "0: " + RUNBOOK,
            "leader"));
    private static final MetricKey LATENCY = later(gauge(
            "curia_canary_latency_seconds",
            "How long the last record that came back took, from writing it with acks=all to reading it.",
            "Compare the others, and `curia_acknowledge_seconds` of that broker.",
            "leader"));
    private static final MetricKey AGE = later(gauge(
            "curia_canary_last_success_age_seconds",
            "Since a record came back, or since the canary began to look at that leader.",
            RUNBOOK,
            "leader"));
    private static final MetricKey PROBES = later(counter(
            "curia_canary_probes_total",
            "Records sent, by how that ended: `ok`, `not_leading`, `unreachable`, `timeout`, `refused`, `wrong`.",
            RUNBOOK,
            "leader",
            "result"));
    private static final MetricKey SECONDS = later(histogram(
            "curia_canary_probe_seconds", "How long the records that came back took.", "As the latency.", "leader"));

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(SUCCESS, LATENCY, AGE, SECONDS, PROBES);

    private static final double NANOS = 1e9;

    private final MeterRegistry registry;
    private final Clock clock;
    private final HistogramFamily seconds = new HistogramFamily(SECONDS);
    private final Map<Integer, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(boolean ok, double latencySeconds, long successNanos) {}

    public CanaryMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        seconds.register(registry);
        each(SUCCESS, of -> of.ok ? 1 : 0);
        each(LATENCY, of -> of.latencySeconds);
        each(AGE, of -> (clock.monotonicNanos() - of.successNanos) / NANOS);
    }

    private static MetricKey later(MetricKey key) {
        return key.onlyOnceItHappened();
    }

    private void each(MetricKey key, ToDoubleFunction<Seen> value) {
        new LabelledValues(
                        key,
                        () -> seen.entrySet().stream()
                                .map(entry -> Row.of(
                                        value.applyAsDouble(entry.getValue()),
                                        entry.getKey().toString()))
                                .toList())
                .register(registry);
    }

    /** Only of these is told from now on. */
    void lookingAt(Set<Integer> leaders) {
        seen.keySet().retainAll(leaders);
        leaders.forEach(
                leader -> seen.computeIfAbsent(leader, id -> new Seen(false, Double.NaN, clock.monotonicNanos())));
    }

    void ended(int leader, Result result, long nanos) {
        PROBES.counter(registry, Integer.toString(leader), result.label()).increment();
        boolean ok = result == Result.OK;
        if (ok) seconds.of(Integer.toString(leader)).record(nanos);
        seen.computeIfPresent(
                leader,
                (id, before) -> ok
                        ? new Seen(true, nanos / NANOS, clock.monotonicNanos())
                        : new Seen(false, before.latencySeconds, before.successNanos));
    }
}
