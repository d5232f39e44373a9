package dev.curia.replica.port;

import static dev.curia.common.metric.MetricKey.counter;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Every metric of the replica auditor, all named here. Thread-safe. */
public final class AuditMetrics {
    private static final MetricKey BYTES = counter(
            "curia_audit_bytes_total",
            "Bytes of followed partitions that were read again and agree with their leaders.",
            "Bounded by `replica.audit.bytes.per.second`.");
    private static final MetricKey PASSES = counter(
            "curia_audit_passes_total",
            "Audits of all that this broker follows that have ended.",
            "None for days: it follows more than the rate gets through.");
    private static final MetricKey MISMATCHES = counter(
            "curia_audit_mismatches_total",
            "Replicas of this broker given up by the auditor: `damaged`, or well formed and other than the leader's (`differs`).",
            "See \"The replica auditor\" in operations.md.",
            "found");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(PASSES, BYTES, MISMATCHES);

    private final Counter bytes;
    private final Counter passes;
    private final Counter damaged;
    private final Counter differing;

    public AuditMetrics(MeterRegistry registry) {
        this.bytes = BYTES.counter(registry);
        this.passes = PASSES.counter(registry);
        this.damaged = MISMATCHES.counter(registry, "damaged");
        this.differing = MISMATCHES.counter(registry, "differs");
    }

    public void agreed(long count) {
        bytes.increment((double) count);
    }

    public void passed() {
        passes.increment();
    }

    public void damaged() {
        damaged.increment();
    }

    public void differs() {
        differing.increment();
    }
}
