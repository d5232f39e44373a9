package dev.curia.broker.kafka.net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** What the Kafka listeners count. Thread-safe. */
public final class KafkaMetrics {
    private final MeterRegistry registry;
    private final Map<Outcome, Counter> requests = new ConcurrentHashMap<>();
    private final Map<ApiKeys, Timer> latencies = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter malformed;
    private final Counter refused;
    private final Counter delayed;

    private record Outcome(ApiKeys api, Errors error) {}

    public KafkaMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("curia.kafka.connections", connections, AtomicInteger::get)
                .description("Open client connections")
                .register(registry);
        Gauge.builder("curia.kafka.requests.in.flight", inFlight, AtomicInteger::get)
                .description("Requests read and not yet answered")
                .register(registry);
        bytesIn = Counter.builder("curia.kafka.received")
                .baseUnit("bytes")
                .description("Bytes of requests")
                .register(registry);
        bytesOut = Counter.builder("curia.kafka.sent")
                .baseUnit("bytes")
                .description("Bytes of answers")
                .register(registry);
        malformed = Counter.builder("curia.kafka.connections.rejected")
                .description("Connections closed for what they sent: no request, too large, or not served")
                .register(registry);
        refused = Counter.builder("curia.kafka.connections.refused")
                .description("Connections closed at once, since there are as many as max.connections or"
                        + " max.connections.per.ip allow")
                .register(registry);
        delayed = Counter.builder("curia.kafka.connections.delayed")
                .description("Connections served later, since more came than max.connection.creation.rate allows")
                .register(registry);
    }

    void refused() {
        refused.increment();
    }

    void delayed() {
        delayed.increment();
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    void rejected() {
        malformed.increment();
    }

    void received(int bytes) {
        inFlight.incrementAndGet();
        bytesIn.increment(bytes);
    }

    /** A request leaves, answered or not. */
    void done() {
        inFlight.decrementAndGet();
    }

    void answered(ApiKeys api, Errors error, long nanos) {
        requests.computeIfAbsent(new Outcome(api, error), this::counter).increment();
        latencies.computeIfAbsent(api, this::timer).record(nanos, TimeUnit.NANOSECONDS);
    }

    void sent(long bytes) {
        bytesOut.increment((double) bytes);
    }

    private Counter counter(Outcome outcome) {
        return Counter.builder("curia.kafka.requests")
                .description("Requests answered, by kind and first error")
                .tag("api", outcome.api.name)
                .tag("error", outcome.error.name())
                .register(registry);
    }

    private Timer timer(ApiKeys api) {
        return Timer.builder("curia.kafka.request.latency")
                .description("From a request read whole to its answer ready")
                .tag("api", api.name)
                .serviceLevelObjectives(
                        Duration.ofNanos(250_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10))
                .register(registry);
    }
}
