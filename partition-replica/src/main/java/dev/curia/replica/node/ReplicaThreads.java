package dev.curia.replica.node;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.loop.LoopDriver;
import dev.curia.common.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that {@link HostedReplicas} starts, uses and ends. Immutable.
 *
 * @param loops own the partitions, at least one; not started yet
 * @param disk opens, recovers and deletes logs: work that blocks
 */
public record ReplicaThreads(List<EventLoop> loops, ExecutorService disk) {
    private static final int INBOX = 16_384;

    public ReplicaThreads {
        loops = List.copyOf(loops);
        if (loops.isEmpty()) throw new IllegalArgumentException("replicas need at least one loop");
    }

    /** A loop of each of {@code drivers}. */
    public static ReplicaThreads on(List<LoopDriver> drivers, ReplicaConfig config, Clock clock, FaultHandler faults) {
        List<EventLoop> loops = new ArrayList<>();
        for (LoopDriver driver : drivers)
            loops.add(EventLoop.driven("partition-loop-" + loops.size(), INBOX, clock, faults, driver));
        return new ReplicaThreads(loops, Executors.newFixedThreadPool(config.openThreads(), named("replica-disk-")));
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
