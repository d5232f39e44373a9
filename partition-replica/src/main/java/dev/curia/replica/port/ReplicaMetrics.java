package dev.curia.replica.port;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Every metric of replication on this broker, all named here. Thread-safe. */
public final class ReplicaMetrics {
    private final MeterRegistry registry;
    private final Counter bytesOut;
    private final Counter bytesIn;
    private final Counter appendedBytes;
    private final Counter written;
    private final Counter fsynced;
    private final Counter isrShrinks;
    private final Counter isrExpands;
    private final Counter truncations;
    private final Counter rejectedChunks;
    private final Counter producersForgotten;
    private final Counter damaged;
    private final Counter rebuilt;
    private final Counter strays;
    private final Timer append;
    private final Timer acknowledge;

    public ReplicaMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.bytesOut = counter("curia_replication_sent_bytes", "Record bytes sent to followers.");
        this.bytesIn = counter("curia_replication_received_bytes", "Record bytes received from leaders and appended.");
        this.appendedBytes = counter("curia_append_bytes", "Record bytes appended by producers and coordinators.");
        this.written = promised("written");
        this.fsynced = promised("fsynced");
        this.isrShrinks = counter("curia_isr_shrinks", "In-sync sets that lost a member, as this leader saw.");
        this.isrExpands = counter("curia_isr_expands", "In-sync sets that gained a member, as this leader saw.");
        this.truncations = counter("curia_replica_truncations", "Logs cut because they differed from the leader's.");
        this.rejectedChunks =
                counter("curia_replication_rejected_chunks", "Chunks from leaders that could not be appended.");
        this.producersForgotten = counter(
                "curia_producers_forgotten",
                "Producers that replicas forgot, idle for producer.id.expiration.ms or one of too many.");
        this.damaged = counter("curia_replicas_damaged", "Replicas whose flushed data was found damaged.");
        this.rebuilt = counter(
                "curia_replicas_rebuilt",
                "Replicas made anew from their leaders: they were damaged, or their log directory failed.");
        this.strays = counter(
                "curia_stray_replicas_removed",
                "Partitions found on disk that are not assigned to this broker any more.");
        this.append = timer("curia_append_seconds", "From hand-over to the end of the write.");
        this.acknowledge =
                timer("curia_acknowledge_seconds", "From hand-over to all in-sync replicas having it (acks=all).");
    }

    /** Gauges over all replicas of the broker; asked at scrape time, must be thread-safe and cheap. */
    public void watch(
            Supplier<Number> leading,
            Supplier<Number> following,
            Supplier<Number> underReplicated,
            Supplier<Number> underMinIsr,
            Supplier<Number> maxLag,
            Supplier<Number> offline) {
        gauge("curia_offline_replicas", "Replicas of this broker that cannot be used at present.", offline);
        gauge("curia_leader_replicas", "Partitions led by this broker.", leading);
        gauge("curia_follower_replicas", "Partitions followed by this broker.", following);
        gauge(
                "curia_under_replicated_partitions",
                "Led partitions with fewer in-sync than assigned replicas.",
                underReplicated);
        gauge(
                "curia_under_min_isr_partitions",
                "Led partitions with fewer than min.insync.replicas in sync.",
                underMinIsr);
        gauge("curia_replica_max_lag_records", "How far the slowest follower of a led partition is behind.", maxLag);
    }

    /** As {@link #watch}. */
    public void watchProducers(Supplier<Number> known) {
        gauge("curia_producers", "Producers remembered for duplicate checks, counted for each replica.", known);
    }

    public void producersForgotten(int count) {
        producersForgotten.increment(count);
    }

    public void sent(int bytes) {
        bytesOut.increment(bytes);
    }

    public void received(int bytes) {
        bytesIn.increment(bytes);
    }

    /** @param onDisk whether its acknowledgement promises that it is on disk */
    public void appended(int bytes, long nanos, boolean onDisk) {
        (onDisk ? fsynced : written).increment();
        appendedBytes.increment(bytes);
        append.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void acknowledged(long nanos) {
        acknowledge.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void isrChanged(int before, int after) {
        if (after < before) isrShrinks.increment();
        if (after > before) isrExpands.increment();
    }

    public void truncated() {
        truncations.increment();
    }

    public void damaged() {
        damaged.increment();
    }

    public void rebuilt() {
        rebuilt.increment();
    }

    public void strayRemoved() {
        strays.increment();
    }

    public void rejectedChunk() {
        rejectedChunks.increment();
    }

    private Counter promised(String durability) {
        return Counter.builder("curia_appends")
                .description("Appends by what their acknowledgement promises: curia.durability of their topic.")
                .tag("durability", durability)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .publishPercentileHistogram()
                .register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}
