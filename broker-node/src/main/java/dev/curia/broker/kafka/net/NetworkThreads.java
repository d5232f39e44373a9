package dev.curia.broker.kafka.net;

import dev.curia.broker.metrics.LoopMetrics;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** The event loops that serve client connections, shared by all listeners: epoll where there is epoll. Thread-safe. */
public final class NetworkThreads implements AutoCloseable {
    private static final long STOP_TIMEOUT_SECONDS = 5;

    private final EventLoopGroup group;
    private final Class<? extends ServerChannel> channel;

    public NetworkThreads(int threads) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("kafka-network", true), io);
        channel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** Each of them. */
    public void watchedBy(LoopMetrics metrics) {
        int number = 0;
        for (EventExecutor each : group) {
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
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return channel;
    }

    /** Close the listeners first. Waits for the threads. */
    @Override
    public void close() {
        group.shutdownGracefully(0, STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
