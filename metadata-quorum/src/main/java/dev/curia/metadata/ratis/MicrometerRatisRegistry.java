package dev.curia.metadata.ratis;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.Optional;
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
 * One group of Ratis' metrics, as far as {@link RatisMeters} keeps them: with the member it is about and, where Ratis writes a peer's id into the
 * name ({@code 2_peerCommitIndex}), that peer. Thread-safe.
 */
final class MicrometerRatisRegistry implements RatisMetricRegistry {
    // Node ids are numbers; with anything around them the name is Ratis' own.
    private static final Pattern PEER_FIRST = Pattern.compile("(\\d+)_(\\w+)");
    private static final Pattern PEER_INSIDE = Pattern.compile("(\\w+?)_(\\d+)(?:_(\\w+))?");

    private static final double MILLIS = 1_000;
    private static final Timekeeper NOT_KEPT = () -> () -> 0;

    /** What is registered, if it is kept, and its value, which Micrometer alone would let go. */
    private record Registered(Optional<Meter> meter, Supplier<Double> value) {}

    private record Counter(Registered registered, AtomicCounter value) {}

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
    private final Map<String, Registered> gauges = new ConcurrentHashMap<>();

    MicrometerRatisRegistry(MetricRegistryInfo info, MeterRegistry meters) {
        this.info = info;
        this.meters = meters;
    }

    @Override
    public Timekeeper timer(String name) {
        Optional<MetricKey> kept = key(name);
        if (kept.isEmpty()) return NOT_KEPT;
        Timer timer = timers.computeIfAbsent(name, n -> kept.get().timer(meters, labels(kept.get(), n)));
        return () -> {
            Timer.Sample sample = Timer.start(meters);
            return () -> sample.stop(timer);
        };
    }

    /** Ratis' counters also go down; those that do are gauges here. */
    @Override
    public LongCounter counter(String name) {
        return counters.computeIfAbsent(name, n -> {
                    AtomicLong value = new AtomicLong();
                    return new Counter(register(n, value::doubleValue), new AtomicCounter(value));
                })
                .value;
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> source) {
        gauges.computeIfAbsent(name, n -> {
            Supplier<T> supplier = source.get();
            return register(n, () -> number(supplier.get()));
        });
    }

    private Registered register(String name, Supplier<Double> value) {
        Optional<Meter> meter = key(name).map(key -> {
            String[] labels = labels(key, name);
            if (key.type() == MetricKey.Type.COUNTER) return key.counter(meters, value, labels);
            double unit = key.name().endsWith("_seconds") ? MILLIS : 1;
            return key.gauge(meters, () -> value.get() / unit, labels);
        });
        return new Registered(meter, value);
    }

    @Override
    public boolean remove(String name) {
        Counter counter = counters.remove(name);
        if (counter != null) counter.registered.meter.ifPresent(meters::remove);
        Timer timer = timers.remove(name);
        if (timer != null) meters.remove(timer);
        Registered gauge = gauges.remove(name);
        if (gauge != null) gauge.meter.ifPresent(meters::remove);
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

    private Optional<MetricKey> key(String name) {
        Matcher first = PEER_FIRST.matcher(name);
        Matcher inside = PEER_INSIDE.matcher(name);
        String plain = name;
        if (first.matches()) plain = first.group(2);
        else if (inside.matches()) plain = inside.group(1) + (inside.group(3) == null ? "" : "_" + inside.group(3));
        return RatisMeters.find(info.getMetricsComponentName() + "." + plain);
    }

    /** Who it is of, and where the meter has it, the peer. */
    private String[] labels(MetricKey key, String name) {
        String member = info.getPrefix().replaceFirst("@.*", "");
        if (key.labels().size() == 1) return new String[] {member};
        Matcher first = PEER_FIRST.matcher(name);
        Matcher inside = PEER_INSIDE.matcher(name);
        return new String[] {member, first.matches() ? first.group(1) : inside.matches() ? inside.group(2) : ""};
    }

    private static double number(Object value) {
        if (value instanceof Number number) return number.doubleValue();
        if (value instanceof Boolean flag) return flag ? 1 : 0;
        return Double.NaN;
    }
}
