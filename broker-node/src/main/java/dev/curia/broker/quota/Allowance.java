package dev.curia.broker.quota;

import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.QuotaKey;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the client of one connection or stream may use: remembers which limits hold for it until they or the client change. One thread at a time.
 *
 * <p>Begin each request with {@link #limited}; the other calls are about the client named there. Waits are in nanoseconds, 0: none.
 */
public final class Allowance {
    private final Quotas quotas;
    private final Map<QuotaKey, RateSensor> sensors = new EnumMap<>(QuotaKey.class);
    private ClientQuotas limits = ClientQuotas.EMPTY;
    private String user = "";
    private String clientId = "";

    Allowance(Quotas quotas) {
        this.quotas = quotas;
    }

    /** Whether there is any quota for this client. Without quotas it costs a look at the newest metadata. */
    @SuppressWarnings("ReferenceEquality") // the same object until one changes
    public boolean limited(String newUser, String newClientId) {
        ClientQuotas now = quotas.limits();
        if (now.isEmpty()) return false;
        if (now != limits || !newUser.equals(user) || !newClientId.equals(clientId)) {
            limits = now;
            user = newUser;
            clientId = newClientId;
            resolve();
        }
        return !sensors.isEmpty();
    }

    /** Whether limits have changed since. */
    @SuppressWarnings("ReferenceEquality") // likewise
    public boolean outdated() {
        return quotas.limits() != limits;
    }

    /** Counts, and says how long the client has to wait. */
    public long record(QuotaKey key, double units) {
        RateSensor sensor = sensors.get(key);
        while (sensor != null) {
            long delay = sensor.record(units, quotas.now());
            if (delay != RateSensor.RETIRED) return bounded(key, delay);
            limits = quotas.limits();
            resolve();
            sensor = sensors.get(key);
        }
        return 0;
    }

    /** How long it has to wait if it uses nothing more. */
    public long delay(QuotaKey key) {
        RateSensor sensor = sensors.get(key);
        return sensor == null ? 0 : bounded(key, sensor.delay(quotas.now()));
    }

    /** The most that it may use at once, having used nothing before; the largest number there is where it has no such quota. */
    public double burst(QuotaKey key) {
        RateSensor sensor = sensors.get(key);
        return sensor == null ? Double.MAX_VALUE : sensor.burst();
    }

    /** It waits so long: to be told in metrics. */
    public void throttled(QuotaKey key, long nanos) {
        quotas.metrics().throttled(key, nanos);
        RateSensor sensor = sensors.get(key);
        if (sensor != null) sensor.throttled(nanos);
    }

    private long bounded(QuotaKey key, long delay) {
        return key == QuotaKey.REQUEST_PERCENTAGE
                ? Math.min(delay, quotas.windows().longestWait().toNanos())
                : delay;
    }

    private void resolve() {
        sensors.clear();
        for (QuotaKey key : QuotaKey.values()) {
            quotas.sensor(limits, key, user, clientId).ifPresent(sensor -> sensors.put(key, sensor));
        }
    }
}
