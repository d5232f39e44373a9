package dev.curia.broker.quota;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;

import dev.curia.broker.metrics.LabelledValues;
import dev.curia.broker.metrics.LabelledValues.Row;
import dev.curia.common.metric.MetricKey;
import dev.curia.metadata.image.QuotaKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** How much clients were held back by their quotas. Thread-safe. */
public final class QuotaMetrics {
    private static final MetricKey REQUESTS = counter(
            "curia_quota_throttled_requests_total",
            "Requests, messages of gRPC streams, and connections, that had to wait for a quota or were refused by it,"
                    + " by its key.",
            "Clients want more than their quotas allow: `curia quotas list`.",
            "quota");
    private static final MetricKey SECONDS = counter(
            "curia_quota_throttled_seconds_total",
            "How long they had to wait, added up; a rate of 2 is as many clients that wait all the time.",
            "As above. With `curia.metrics.clients.enable`, `curia_quota_client_throttled_seconds_total` says whose.",
            "quota");
    private static final MetricKey HOLDERS = gauge(
            "curia_quota_holders",
            "Users and clients with a quota that were busy lately, for each of their quotas; at most 10000, the others"
                    + " share one that is for all of them.",
            "Near 10000: clients call themselves anew each time; give quotas to users instead of client ids.");
    private static final MetricKey CLIENT_SECONDS = counter(
                    "curia_quota_client_throttled_seconds_total",
                    "The same as `curia_quota_throttled_seconds_total`, by who shares the quota; begins anew for who"
                            + " has used nothing for ten minutes. Only with `curia.metrics.clients.enable`.",
                    "",
                    "quota",
                    "user",
                    "client_id")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(REQUESTS, SECONDS, HOLDERS, CLIENT_SECONDS);

    private static final double NANOS = 1e9;

    private final MeterRegistry registry;
    private final boolean clients;
    private final Map<QuotaKey, Counter> requests = new EnumMap<>(QuotaKey.class);
    private final Map<QuotaKey, Counter> seconds = new EnumMap<>(QuotaKey.class);

    /** @param clients whether there is a series for each */
    public QuotaMetrics(MeterRegistry registry, boolean clients) {
        this.registry = registry;
        this.clients = clients;
        for (QuotaKey key : QuotaKey.values()) {
            requests.put(key, REQUESTS.counter(registry, key.key()));
            seconds.put(key, SECONDS.counter(registry, key.key()));
        }
    }

    /** Once. */
    void watch(IntSupplier holders, Supplier<List<Row>> clientSeconds) {
        HOLDERS.gauge(registry, holders::getAsInt);
        if (clients) new LabelledValues(CLIENT_SECONDS, clientSeconds).register(registry);
    }

    /** Somebody has to wait so long. */
    public void throttled(QuotaKey key, long nanos) {
        Objects.requireNonNull(requests.get(key)).increment();
        Objects.requireNonNull(seconds.get(key)).increment(nanos / NANOS);
    }
}
