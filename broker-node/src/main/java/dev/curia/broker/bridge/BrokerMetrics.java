package dev.curia.broker.bridge;

import static dev.curia.common.metric.MetricKey.gauge;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** How a broker stands with the controller. */
public final class BrokerMetrics {
    private static final MetricKey UNFENCED = gauge(
            "curia_broker_unfenced",
            "1 while the cluster lets this broker lead and be in sync.",
            "0: it cannot reach the quorum, was silent for `broker.session.timeout.ms`, or is starting. `/health/ready` says which.");
    private static final MetricKey SILENCE = gauge(
            "curia_broker_controller_silence_seconds",
            "Since this broker heard of the controller.",
            "Above `broker.session.timeout.ms` it may be fenced and not know it: look at the quorum, and the network to it.");
    private static final MetricKey INDEX = gauge(
            "curia_broker_metadata_index",
            "The entry of the metadata log that this broker has acted on.",
            "Far below `curia_quorum_committed_index`: it does not keep up, and clients get old answers.");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(UNFENCED, SILENCE, INDEX);

    private BrokerMetrics() {}

    public static void watch(MeterRegistry registry, BrokerStanding standing, PublishedMetadata published) {
        UNFENCED.gauge(registry, () -> standing.isUnfenced() ? 1 : 0);
        SILENCE.gauge(registry, () -> standing.silence().toNanos() / 1e9);
        INDEX.gauge(registry, () -> published.image().index());
    }
}
