package dev.curia.broker.security;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;

/** What TLS counts. Thread-safe. */
public final class TlsMetrics {
    private static final MetricKey DAYS_LEFT = gauge(
                    "curia_tls_certificate_days_left",
                    "Until the first certificate of the listener's own chain expires; negative: it has.",
                    "Few: renew the certificate; a changed file is read again by itself.",
                    "listener")
            .onlyOnceItHappened();
    private static final MetricKey RELOADS = counter(
                    "curia_tls_reloads_total",
                    "Key or trust files that changed and were read again, by outcome: `success`, `failure` (the old ones stay in use).",
                    "Failures: the broker's log names the listener and the reason.",
                    "listener",
                    "outcome")
            .onlyOnceItHappened();
    private static final MetricKey HANDSHAKE_FAILURES = counter(
                    "curia_tls_handshake_failures_total",
                    "Connections closed since no TLS was agreed on with them: other versions or ciphers, no certificate or one that is not trusted, no TLS at all, or too slow.",
                    "The broker's log names the address and the reason.",
                    "listener")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(DAYS_LEFT, RELOADS, HANDSHAKE_FAILURES);

    private final MeterRegistry registry;

    public TlsMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void certificate(String listener, Supplier<Double> daysLeft) {
        DAYS_LEFT.gauge(registry, daysLeft, listener);
    }

    void reloaded(String listener, boolean success) {
        RELOADS.counter(registry, listener, success ? "success" : "failure").increment();
    }

    void handshakeFailed(String listener) {
        HANDSHAKE_FAILURES.counter(registry, listener).increment();
    }
}
