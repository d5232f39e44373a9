package dev.curia.replica.node;

import dev.curia.common.id.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** What is done for all replicas every now and then: ticks, checkpoints, retention. Thread-safe. */
final class Housekeeping {
    private final ReplicaConfig config;
    private final ReplicaStore store;
    private final Collection<PartitionReplica> replicas;
    private final List<PartitionLoop> loops;
    private final Executor disk;
    private final AtomicBoolean open;

    /**
     * @param replicas a view of those that are open at the time
     * @param disk where what may block runs
     * @param open false: nothing is done any more
     */
    Housekeeping(
            ReplicaConfig config,
            ReplicaStore store,
            Collection<PartitionReplica> replicas,
            List<PartitionLoop> loops,
            Executor disk,
            AtomicBoolean open) {
        this.config = config;
        this.store = store;
        this.replicas = replicas;
        this.loops = List.copyOf(loops);
        this.disk = disk;
        this.open = open;
    }

    /** Once, when the loops run. */
    void start() {
        loops.forEach(this::scheduleTick);
        every(config.checkpointInterval(), () -> disk.execute(this::checkpoint));
        every(config.retentionCheck(), () -> disk.execute(() -> replicas.forEach(PartitionReplica::applyRetention)));
    }

    /** Runs the task on a loop, again and again while open. */
    void every(Duration interval, Runnable task) {
        loops.get(0).loop().schedule(interval.toNanos(), () -> {
            if (open.get()) task.run();
            every(interval, task);
        });
    }

    /** Writes high watermarks, recovery points and start offsets. Blocks on the disk. */
    void checkpoint() {
        Map<TopicPartition, Long> highWatermarks = new HashMap<>();
        replicas.forEach(
                replica -> highWatermarks.put(replica.name(), replica.view().highWatermark()));
        store.checkpoint(highWatermarks);
    }

    /** Looks after replicas at once: a log directory failed. Any thread. */
    void tickSoon() {
        // Where the inbox is full, the next tick comes soon enough.
        for (PartitionLoop owner : loops) owner.loop().offer(() -> tick(owner));
    }

    private void scheduleTick(PartitionLoop owner) {
        owner.loop().schedule(tickNanos(), () -> {
            tick(owner);
            scheduleTick(owner);
        });
    }

    private void tick(PartitionLoop owner) {
        for (PartitionReplica replica : replicas) if (replica.runsOn(owner.loop())) replica.tick();
    }

    /** Often enough that a lagging follower leaves in time, seldom enough to cost nothing. */
    private long tickNanos() {
        long quarter = config.lagTimeMax().toNanos() / 4;
        return Math.max(10_000_000, Math.min(quarter, 500_000_000));
    }
}
