package dev.curia.broker.security;

import static dev.curia.common.metric.MetricKey.counter;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** What logins count. Thread-safe. */
public final class LoginMetrics {
    private static final MetricKey LOGINS = counter(
                    "curia_kafka_logins_total",
                    "Logins of clients by SASL that ended, by mechanism (`none`: none was agreed on) and outcome: `success`, `again` (a client that had to log in anew, and did), `failure`.",
                    "Failures: the broker's log names address and mechanism; wrong credentials, or somebody guesses.",
                    "listener",
                    "mechanism",
                    "outcome")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(LOGINS);

    private final MeterRegistry registry;

    public LoginMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void succeeded(String listener, String mechanism, boolean again) {
        LOGINS.counter(registry, listener, mechanism, again ? "again" : "success")
                .increment();
    }

    void failed(String listener, String mechanism) {
        LOGINS.counter(registry, listener, mechanism.isEmpty() ? "none" : mechanism, "failure")
                .increment();
    }
}
