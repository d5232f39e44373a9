package dev.curia.replica.port;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Every metric of the replica auditor, all named here. Thread-safe. */
public final class AuditMetrics {
    private final Counter bytes;
    private final Counter passes;
    private final Counter damaged;
    private final Counter differing;

    public AuditMetrics(MeterRegistry registry) {
        this.bytes = Counter.builder("curia_audit_bytes")
                .description("Bytes of followed partitions that were read again and agree with their leaders.")
                .register(registry);
        this.passes = Counter.builder("curia_audit_passes")
                .description("Audits of all that this broker follows.")
                .register(registry);
        this.damaged = mismatches(registry, "damaged");
        this.differing = mismatches(registry, "differs");
    }

    private static Counter mismatches(MeterRegistry registry, String found) {
        return Counter.builder("curia_audit_mismatches")
                .description(
                        "Replicas of this broker given up by the auditor: damaged, or well formed and other than the leader's.")
                .tag("found", found)
                .register(registry);
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
