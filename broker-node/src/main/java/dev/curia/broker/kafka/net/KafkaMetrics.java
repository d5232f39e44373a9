package dev.curia.broker.kafka.net;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.broker.metrics.HistogramFamily;
import dev.curia.broker.metrics.StripedHistogram;
import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the Kafka listeners count. Thread-safe. A request costs some ten uncontended additions: histograms are {@link StripedHistogram}s, and what
 * is looked up by kind of request is in an array.
 */
public final class KafkaMetrics {
    /** Where a request spends its time, in this order. */
    enum Stage {
        /** In its handler, on the connection's thread. */
        HANDLE,
        /** Handed over: for the partitions' threads, the disk, replicas, new records or other members. */
        WAIT,
        /** Answered, and an earlier request of the connection is not yet. */
        ORDER,
        /** Until the system has taken all of the answer. */
        SEND
    }

    private static final MetricKey CONNECTIONS =
            gauge("curia_kafka_connections", "Open client connections.", "See `max.connections`.");
    private static final MetricKey IN_FLIGHT = gauge(
            "curia_kafka_requests_in_flight",
            "Requests read and not yet answered; each waiting fetch of a consumer is one.",
            "More than the consumers: see `curia_kafka_request_stage_seconds`.");
    private static final MetricKey RECEIVED =
            counter("curia_kafka_received_bytes_total", "Bytes of requests.", "Compare the network's limit.");
    private static final MetricKey SENT =
            counter("curia_kafka_sent_bytes_total", "Bytes of answers.", "Compare the network's limit.");
    private static final MetricKey REJECTED = counter(
            "curia_kafka_connections_rejected_total",
            "Connections closed for what they sent: no request, too large, or not served.",
            "The broker's log names the address; something else than a Kafka client connects.");
    private static final MetricKey REFUSED = counter(
            "curia_kafka_connections_refused_total",
            "Connections closed at once, since there are as many as `max.connections` or `max.connections.per.ip` allow.",
            "Clients that do not close what they open, or limits that are too low.");
    private static final MetricKey DELAYED = counter(
            "curia_kafka_connections_delayed_total",
            "Connections served later, since more came than `max.connection.creation.rate` allows.",
            "As above.");
    private static final MetricKey REQUESTS = counter(
                    "curia_kafka_requests_total",
                    "Requests answered, by kind and first error.",
                    "A rate of errors: `NOT_LEADER_OR_FOLLOWER` comes with elections, `NOT_ENOUGH_REPLICAS` with partitions under min.insync.replicas; the names are Kafka's.",
                    "api",
                    "error")
            .onlyOnceItHappened();
    private static final MetricKey LATENCY = histogram(
                    "curia_kafka_request_seconds",
                    "From a request read whole to its answer ready to be sent, by kind. Fetches wait for records, joins for other members.",
                    "See which stage it is.",
                    "api")
            .onlyOnceItHappened();
    private static final MetricKey STAGES = histogram(
                    "curia_kafka_request_stage_seconds",
                    "The parts of it: `handle` on the connection's thread, `wait` for partitions' threads, disk, replicas, records or members, `order` for the answer to an earlier request of the connection, `send` until the system has taken the answer.",
                    "`handle`: processor or `num.network.threads`. `wait` of Produce: compare `curia_append_seconds` (queue and write) and `curia_acknowledge_seconds` (replicas). `send`: the client reads slowly, or the network is full.",
                    "api",
                    "stage")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS =
            List.of(CONNECTIONS, REJECTED, REFUSED, DELAYED, RECEIVED, SENT, IN_FLIGHT, REQUESTS, LATENCY, STAGES);

    /** Above every kind's number. */
    private static final int KINDS =
            Stream.of(ApiKeys.values()).mapToInt(api -> api.id).max().orElse(0) + 1;

    private final MeterRegistry registry;
    private final Map<Outcome, Counter> requests = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<ApiTimes> times = new AtomicReferenceArray<>(KINDS);
    private final HistogramFamily latencies = new HistogramFamily(LATENCY);
    private final HistogramFamily stages = new HistogramFamily(STAGES);
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder inFlight = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final List<Supplier<Long>> counted = List.of(bytesIn::sum, bytesOut::sum);
    private final Counter malformed;
    private final Counter refused;
    private final Counter delayed;

    private record Outcome(ApiKeys api, Errors error) {}

    /** Of one kind of request. */
    private record ApiTimes(StripedHistogram latency, Map<Stage, StripedHistogram> stages, Counter succeeded) {}

    public KafkaMetrics(MeterRegistry registry) {
        this.registry = registry;
        CONNECTIONS.gauge(registry, connections::get);
        IN_FLIGHT.gauge(registry, inFlight::sum);
        RECEIVED.counter(registry, counted.get(0));
        SENT.counter(registry, counted.get(1));
        malformed = REJECTED.counter(registry);
        refused = REFUSED.counter(registry);
        delayed = DELAYED.counter(registry);
        latencies.register(registry);
        stages.register(registry);
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
        inFlight.increment();
        bytesIn.add(bytes);
    }

    /** A request leaves, answered or not. */
    void done() {
        inFlight.decrement();
    }

    /** The answer to a request is about to be sent. */
    void answered(ApiKeys api, Errors error, long nanos) {
        ApiTimes of = times(api);
        of.latency.record(nanos);
        if (error == Errors.NONE) of.succeeded.increment();
        else requests.computeIfAbsent(new Outcome(api, error), this::answers).increment();
    }

    void spent(ApiKeys api, Stage stage, long nanos) {
        Objects.requireNonNull(times(api).stages.get(stage)).record(nanos);
    }

    void sent(long bytes) {
        bytesOut.add(bytes);
    }

    private ApiTimes times(ApiKeys api) {
        ApiTimes known = times.get(api.id);
        if (known != null) return known;
        // Two threads may both come here; they find the same histograms.
        Map<Stage, StripedHistogram> byStage = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values())
            byStage.put(stage, stages.of(api.name, stage.name().toLowerCase(Locale.ROOT)));
        ApiTimes made = new ApiTimes(latencies.of(api.name), byStage, answers(new Outcome(api, Errors.NONE)));
        times.set(api.id, made);
        return made;
    }

    private Counter answers(Outcome outcome) {
        return REQUESTS.counter(registry, outcome.api.name, outcome.error.name());
    }
}
