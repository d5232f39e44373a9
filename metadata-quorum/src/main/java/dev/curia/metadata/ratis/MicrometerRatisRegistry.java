package dev.curia.metadata.ratis;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;

/**
 * One group of Ratis' metrics: {@code ratis.<component>.<name>}, tagged with the member it is about and, where Ratis writes a peer's
 * id into the name ({@code 2_peerCommitIndex}), that peer. Thread-safe.
 */
final class MicrometerRatisRegistry implements RatisMetricRegistry {
    // Node ids are numbers; with anything around them the name is Ratis' own.
    private static final Pattern PEER_FIRST = Pattern.compile("(\\d+)_(\\w+)");
    private static final Pattern PEER_INSIDE = Pattern.compile("(\\w+?)_(\\d+)(?:_(\\w+))?");

    private record Counter(Meter meter, AtomicCounter value) {}

    private record AtomicCounter(AtomicLong value) implements LongCounter {
        @Override
        public void inc(long n) {
            value.addAndGet(n);
        }

        @Override
        public void dec(long n) {
            value.addAndGet(-n);
        }

        @Override
        public long getCount() {
            return value.get();
        }
    }

    private final MetricRegistryInfo info;
    private final MeterRegistry meters;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();
    private final Map<String, Meter> gauges = new ConcurrentHashMap<>();

    MicrometerRatisRegistry(MetricRegistryInfo info, MeterRegistry meters) {
        this.info = info;
        this.meters = meters;
    }

    @Override
    public Timekeeper timer(String name) {
        Timer timer = timers.computeIfAbsent(
                name, key -> Timer.builder(meterName(key)).tags(tags(key)).register(meters));
        return () -> {
            Timer.Sample sample = Timer.start(meters);
            return () -> sample.stop(timer);
        };
    }

    /** A gauge in Micrometer's terms, because Ratis' counters also go down. */
    @Override
    public LongCounter counter(String name) {
        return counters.computeIfAbsent(name, key -> {
                    AtomicLong value = new AtomicLong();
                    Meter meter = Gauge.builder(meterName(key), value, AtomicLong::doubleValue)
                            .tags(tags(key))
                            .register(meters);
                    return new Counter(meter, new AtomicCounter(value));
                })
                .value;
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> source) {
        gauges.computeIfAbsent(name, key -> {
            Supplier<T> supplier = source.get();
            return Gauge.builder(meterName(key), () -> number(supplier.get()))
                    .tags(tags(key))
                    .strongReference(true)
                    .register(meters);
        });
    }

    @Override
    public boolean remove(String name) {
        Counter counter = counters.remove(name);
        if (counter != null) meters.remove(counter.meter);
        Timer timer = timers.remove(name);
        if (timer != null) meters.remove(timer);
        Meter gauge = gauges.remove(name);
        if (gauge != null) meters.remove(gauge);
        return counter != null || timer != null || gauge != null;
    }

    void clear() {
        counters.keySet().forEach(this::remove);
        timers.keySet().forEach(this::remove);
        gauges.keySet().forEach(this::remove);
    }

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
        return info;
    }

    private String meterName(String name) {
        Matcher first = PEER_FIRST.matcher(name);
        Matcher inside = PEER_INSIDE.matcher(name);
        String plain = name;
        if (first.matches()) plain = first.group(2);
        else if (inside.matches()) plain = inside.group(1) + (inside.group(3) == null ? "" : "_" + inside.group(3));
        return "ratis." + info.getMetricsComponentName() + "." + plain;
    }

    private Tags tags(String name) {
        Matcher first = PEER_FIRST.matcher(name);
        Matcher inside = PEER_INSIDE.matcher(name);
        String peer = first.matches() ? first.group(1) : inside.matches() ? inside.group(2) : "";
        // Prometheus wants the same tags on every meter of a name, so the tag is there when empty, too.
        return Tags.of(Tag.of("member", info.getPrefix()), Tag.of("peer", peer));
    }

    private static double number(Object value) {
        if (value instanceof Number number) return number.doubleValue();
        if (value instanceof Boolean flag) return flag ? 1 : 0;
        return Double.NaN;
    }
}
