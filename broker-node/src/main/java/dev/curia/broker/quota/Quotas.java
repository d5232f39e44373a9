package dev.curia.broker.quota;

import dev.curia.broker.metrics.LabelledValues.Row;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.ClientQuotas.Limit;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The quotas of this broker's clients: which limit holds for whom, from the metadata alone, and what has been used of it on this broker. As in Kafka a
 * quota is for each broker.
 *
 * <p>Thread-safe. What is remembered is bounded: those who use nothing for a while are forgotten, and of more than
 * {@link #MOST_HOLDERS} the later ones share one sensor for each quota that is set, so that making up client ids gains nothing.
 */
public final class Quotas {
    static final int MOST_HOLDERS = 10_000;

    /** Long enough for whoever collects metrics to see them. */
    private static final Duration KEPT_IDLE = Duration.ofMinutes(10);

    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(1);

    private record Holder(QuotaKey key, QuotaEntity entity) {}

    private final QuotaConfigs.Windows windows;
    private final Supplier<ClientQuotas> source;
    private final Clock clock;
    private final QuotaMetrics metrics;
    private final long origin;
    private final AddressLimits addresses = new AddressLimits();
    private final Map<Holder, RateSensor> sensors = new ConcurrentHashMap<>();

    /** @param source the newest limits, cheap to ask for */
    public Quotas(QuotaConfigs.Windows windows, Supplier<ClientQuotas> source, Clock clock, QuotaMetrics metrics) {
        this.windows = windows;
        this.source = source;
        this.clock = clock;
        this.metrics = metrics;
        this.origin = clock.monotonicNanos();
        metrics.watch(sensors::size, this::clientSeconds);
    }

    /** The limits as they are now; the same object until one changes. */
    public ClientQuotas limits() {
        return source.get();
    }

    /**
     * A connection comes from there.
     *
     * @return 0: it may be served; else it is over its address' quota and not counted, and to be closed after so many nanoseconds
     */
    public long admit(InetAddress from) {
        ClientQuotas limits = limits();
        if (limits.isEmpty()) return 0;
        Optional<Limit> limit = addresses.limit(limits, from);
        if (limit.isEmpty()) return 0;
        long delay = RateSensor.RETIRED;
        while (delay == RateSensor.RETIRED)
            delay = sensor(QuotaKey.CONNECTION_CREATION_RATE, limit.get()).recordIfInTime(1, now());
        if (delay > 0) metrics.throttled(QuotaKey.CONNECTION_CREATION_RATE, delay);
        return Math.min(delay, windows.longestWait().toNanos());
    }

    /** Forgets from now on by itself what need not be remembered. */
    public void start(Timers timers) {
        timers.schedule(EXPIRY_INTERVAL.toNanos(), () -> {
            expire(KEPT_IDLE);
            start(timers);
        });
    }

    /** For one connection or stream. */
    public Allowance allowance() {
        return new Allowance(this);
    }

    QuotaConfigs.Windows windows() {
        return windows;
    }

    QuotaMetrics metrics() {
        return metrics;
    }

    /** On the clock of the sensors. */
    long now() {
        return clock.monotonicNanos() - origin;
    }

    /** What the user's client shares of the limit that holds for it; empty: there is none. */
    Optional<RateSensor> sensor(ClientQuotas limits, QuotaKey key, String user, String clientId) {
        return limits.of(key, user, clientId).map(limit -> sensor(key, limit));
    }

    private RateSensor sensor(QuotaKey key, Limit limit) {
        Holder holder = new Holder(key, limit.holder());
        RateSensor known = sensors.get(holder);
        if (known != null && known.perSecond() == limit.perSecond()) return known;
        if (known == null && sensors.size() >= MOST_HOLDERS) {
            expire(Duration.ZERO);
            // The entity that the limit is set for stands for all who have no room. There are as many as the
            // administrator has set.
            if (sensors.size() >= MOST_HOLDERS) holder = new Holder(key, limit.source());
        }
        return sensors.compute(holder, (same, old) -> {
            if (old != null && old.perSecond() == limit.perSecond()) return old;
            if (old != null) old.retire();
            return new RateSensor(limit.perSecond(), burst(key).toNanos());
        });
    }

    private Duration burst(QuotaKey key) {
        return key == QuotaKey.CONTROLLER_MUTATION_RATE ? windows.controllerBurst() : windows.burst();
    }

    /** Forgets those who have been within their rate for so long without using anything: nothing is lost by that. */
    void expire(Duration idle) {
        long before = now() - idle.toNanos();
        sensors.forEach((holder, sensor) -> {
            if (sensor.retireIfIdle(before)) sensors.remove(holder, sensor);
        });
    }

    int holders() {
        return sensors.size();
    }

    private List<Row> clientSeconds() {
        return sensors.entrySet().stream()
                .filter(entry -> entry.getKey().key() != QuotaKey.CONNECTION_CREATION_RATE)
                .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                .map(entry -> Row.of(
                        entry.getValue().throttledNanos() / 1e9,
                        entry.getKey().key().key(),
                        entry.getKey().entity().user().orElse(""),
                        entry.getKey().entity().clientId().orElse("")))
                .toList();
    }
}
