package dev.curia.replica.port;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;
import static dev.curia.common.metric.MetricKey.histogram;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Every metric of replication on this broker, all named here. Thread-safe. */
public final class ReplicaMetrics {
    private static final MetricKey SENT_BYTES = counter(
            "curia_replication_sent_bytes_total",
            "Record bytes sent to followers.",
            "Far above what is appended times the followers: a follower catches up, or is made anew.");
    private static final MetricKey RECEIVED_BYTES = counter(
            "curia_replication_received_bytes_total", "Record bytes received from leaders and appended.", "As above.");
    private static final MetricKey APPENDED_BYTES =
            counter("curia_append_bytes_total", "Record bytes appended by producers and coordinators.", "");
    private static final MetricKey APPENDS = counter(
            "curia_appends_total",
            "Appends by what their acknowledgement promises: `curia.durability` of their topic.",
            "",
            "durability");
    private static final MetricKey ISR_SHRINKS = counter(
            "curia_isr_shrinks_total",
            "In-sync sets that lost a member, as this leader saw.",
            "Without a broker that stopped: followers are too slow. `curia events --kind isr_shrunk` names them and the cause.");
    private static final MetricKey ISR_EXPANDS =
            counter("curia_isr_expands_total", "In-sync sets that gained a member, as this leader saw.", "");
    private static final MetricKey TRUNCATIONS = counter(
            "curia_replica_truncations_total",
            "Logs cut because they differed from the leader's.",
            "A few after a failover are as it should be: what is cut was never acknowledged to acks=all. `curia events --kind log_truncated` has the offsets.");
    private static final MetricKey REJECTED = counter(
            "curia_replication_rejected_chunks_total",
            "Chunks from leaders that could not be appended.",
            "See the broker's log: a disk that is full, or chunks that arrive damaged.");
    private static final MetricKey PRODUCERS_FORGOTTEN = counter(
            "curia_producers_forgotten_total",
            "Producers that replicas forgot, idle for `producer.id.expiration.ms` or one of too many.",
            "Somebody makes a new producer for each message, or close to it.");
    private static final MetricKey DAMAGED = counter(
            "curia_replicas_damaged_total",
            "Replicas whose flushed data was found damaged.",
            "Look after the disk and the memory of that broker; see \"The replica auditor\" in operations.md.");
    private static final MetricKey REBUILT = counter(
            "curia_replicas_rebuilt_total",
            "Replicas made anew from their leaders: they were damaged, or their log directory failed.",
            "While one is made anew there is a copy less.");
    private static final MetricKey STRAYS = counter(
            "curia_stray_replicas_removed_total",
            "Partitions found on disk that are not assigned to this broker any more.",
            "");
    private static final MetricKey APPEND_SECONDS = histogram(
            "curia_append_seconds",
            "From the hand-over of an append to the partition's thread to the end of its write: the queue and the write together.",
            "Compare `curia_loop_delay_seconds`: high too, the partition threads are busy (more of `num.partition.loops`, fewer small batches); low, the disk is slow.");
    private static final MetricKey ACKNOWLEDGE_SECONDS = histogram(
            "curia_acknowledge_seconds",
            "From hand-over until all in-sync replicas have it (acks=all).",
            "Less `curia_append_seconds` this is the wait for followers: see `curia_replica_max_lag_records`, and their disks and network.");
    private static final MetricKey OFFLINE = gauge(
            "curia_offline_replicas",
            "Replicas of this broker that cannot be used at present.",
            "`curia events --kind replica_offline` has the cause of each. They come back by themselves when it is gone.");
    private static final MetricKey LEADING = gauge("curia_leader_replicas", "Partitions led by this broker.", "");
    private static final MetricKey FOLLOWING = gauge("curia_follower_replicas", "Partitions followed by it.", "");
    private static final MetricKey UNDER_REPLICATED = gauge(
            "curia_under_replicated_partitions",
            "Led partitions with fewer in-sync than assigned replicas.",
            "Stop no other broker. `curia events --kind isr_shrunk` names them, and the cause.");
    private static final MetricKey UNDER_MIN_ISR = gauge(
            "curia_under_min_isr_partitions",
            "Led partitions with fewer than `min.insync.replicas` in sync.",
            "Producers with acks=all are refused there. Bring a follower back.");
    private static final MetricKey MAX_LAG = gauge(
            "curia_replica_max_lag_records",
            "How far the slowest follower of a led partition is behind.",
            "It rises while a follower is away or catches up; else its disk or the network is too slow.");
    private static final MetricKey PRODUCERS = gauge(
            "curia_producers",
            "Producers remembered for duplicate checks, counted for each replica.",
            "Each takes some 200 bytes of memory; see `producer.id.expiration.ms`.");
    private static final MetricKey DIRECTORY_MOVES = gauge(
            "curia_directory_moves",
            "Replicas that move to another log directory of this broker now.",
            "See \"Moving replicas between a broker's log directories\" in operations.md.");
    private static final MetricKey DIRECTORY_MOVE_BYTES = counter(
            "curia_directory_moves_bytes_total",
            "Record bytes copied from one log directory to another.",
            "Kept within `replica.alter.log.dirs.io.max.bytes.per.second`.");
    private static final MetricKey DIRECTORY_CHANGES = counter(
            "curia_directory_moves_completed_total", "Replicas moved to another log directory of this broker.", "");
    private static final MetricKey DIRECTORY_MOVE_FAILURES = counter(
            "curia_directory_moves_failed_total",
            "Moves to another log directory that ended because a disk failed or the replica went offline.",
            "`curia events --kind directory_move_failed` has the cause of each. The replica is where it was.");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(
            LEADING,
            FOLLOWING,
            OFFLINE,
            UNDER_REPLICATED,
            UNDER_MIN_ISR,
            MAX_LAG,
            APPENDS,
            APPENDED_BYTES,
            APPEND_SECONDS,
            ACKNOWLEDGE_SECONDS,
            SENT_BYTES,
            RECEIVED_BYTES,
            ISR_SHRINKS,
            ISR_EXPANDS,
            TRUNCATIONS,
            REJECTED,
            DAMAGED,
            REBUILT,
            STRAYS,
            DIRECTORY_MOVES,
            DIRECTORY_MOVE_BYTES,
            DIRECTORY_CHANGES,
            DIRECTORY_MOVE_FAILURES,
            PRODUCERS,
            PRODUCERS_FORGOTTEN);

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
    private final Counter directoryChanges;
    private final Counter directoryMoveFailures;
    private final Counter directoryMoveBytes;
    private final Timer append;
    private final Timer acknowledge;

    public ReplicaMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.bytesOut = SENT_BYTES.counter(registry);
        this.bytesIn = RECEIVED_BYTES.counter(registry);
        this.appendedBytes = APPENDED_BYTES.counter(registry);
        this.written = APPENDS.counter(registry, "written");
        this.fsynced = APPENDS.counter(registry, "fsynced");
        this.isrShrinks = ISR_SHRINKS.counter(registry);
        this.isrExpands = ISR_EXPANDS.counter(registry);
        this.truncations = TRUNCATIONS.counter(registry);
        this.rejectedChunks = REJECTED.counter(registry);
        this.producersForgotten = PRODUCERS_FORGOTTEN.counter(registry);
        this.damaged = DAMAGED.counter(registry);
        this.rebuilt = REBUILT.counter(registry);
        this.strays = STRAYS.counter(registry);
        this.directoryChanges = DIRECTORY_CHANGES.counter(registry);
        this.directoryMoveFailures = DIRECTORY_MOVE_FAILURES.counter(registry);
        this.directoryMoveBytes = DIRECTORY_MOVE_BYTES.counter(registry);
        this.append = APPEND_SECONDS.timer(registry);
        this.acknowledge = ACKNOWLEDGE_SECONDS.timer(registry);
    }

    /** Gauges over all replicas of the broker; asked at scrape time, must be thread-safe and cheap. */
    public void watch(
            Supplier<Number> leading,
            Supplier<Number> following,
            Supplier<Number> underReplicated,
            Supplier<Number> underMinIsr,
            Supplier<Number> maxLag,
            Supplier<Number> offline) {
        OFFLINE.gauge(registry, offline);
        LEADING.gauge(registry, leading);
        FOLLOWING.gauge(registry, following);
        UNDER_REPLICATED.gauge(registry, underReplicated);
        UNDER_MIN_ISR.gauge(registry, underMinIsr);
        MAX_LAG.gauge(registry, maxLag);
    }

    /** As {@link #watch}. */
    public void watchProducers(Supplier<Number> known) {
        PRODUCERS.gauge(registry, known);
    }

    /** As {@link #watch}. */
    public void watchDirectoryMoves(Supplier<Number> underWay) {
        DIRECTORY_MOVES.gauge(registry, underWay);
    }

    public void copiedToDirectory(int bytes) {
        directoryMoveBytes.increment(bytes);
    }

    public void directoryChanged() {
        directoryChanges.increment();
    }

    public void directoryMoveFailed() {
        directoryMoveFailures.increment();
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
}
