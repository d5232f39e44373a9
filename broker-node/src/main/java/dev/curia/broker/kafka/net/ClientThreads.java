package dev.curia.broker.kafka.net;

import dev.curia.broker.metrics.LoopMetrics;
import dev.curia.replica.grpc.NetworkThreads;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.concurrent.RejectedExecutionException;

/** The event loops that serve client connections, for any number of listeners. Thread-safe. */
public final class ClientThreads implements AutoCloseable {
    private final NetworkThreads threads;
    private final boolean owned;

    private ClientThreads(NetworkThreads threads, boolean owned) {
        this.threads = threads;
        this.owned = owned;
    }

    /** So many of their own. */
    public static ClientThreads own(int threads) {
        return new ClientThreads(new NetworkThreads("kafka-network", threads), true);
    }

    /** Those that own partitions, which are to end later. */
    public static ClientThreads shared(NetworkThreads threads) {
        return new ClientThreads(threads, false);
    }

    /** Each of them, from now on. */
    public void watchedBy(LoopMetrics metrics) {
        int number = 0;
        for (EventExecutor each : group()) {
            String name = "kafka-network-" + number++;
            metrics.watch(name, task -> offer(each, task), () -> backlog(each));
        }
    }

    private static boolean offer(EventExecutor thread, Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    private static int backlog(EventExecutor thread) {
        return thread instanceof SingleThreadEventExecutor single ? single.pendingTasks() : 0;
    }

    EventLoopGroup group() {
        return threads.group();
    }

    Class<? extends ServerChannel> serverChannel() {
        return threads.serverType();
    }

    /** Close the listeners first. Waits for threads of their own. */
    @Override
    public void close() {
        if (owned) threads.close();
    }
}
