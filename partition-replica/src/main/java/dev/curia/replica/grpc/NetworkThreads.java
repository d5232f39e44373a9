package dev.curia.replica.grpc;

import dev.curia.common.loop.LoopDriver;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The threads that move bytes between brokers, and host the loops that own partitions: what is received is appended, and what is appended is sent,
 * by the thread that has it already. A hand-over to another costs more than copying a small batch. On small machines they serve clients, too.
 * Thread-safe.
 */
public final class NetworkThreads implements AutoCloseable {
    private static final int SHUTDOWN_SECONDS = 5;
    /** What came over the network meanwhile should not wait for many. */
    private static final int TASKS_A_TURN = 64;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;
    private final List<LoopDriver> drivers = new ArrayList<>();

    /** @param threads at least one */
    public NetworkThreads(String name, int threads) {
        group = new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        for (int i = 0; i < threads; i++) drivers.add(new Driver(group.next()));
    }

    /** Of each thread one. */
    public List<LoopDriver> drivers() {
        return List.copyOf(drivers);
    }

    /** For servers and clients. */
    public EventLoopGroup group() {
        return group;
    }

    /** What clients connect with. What they receive is not copied. */
    SocketChannel connection() {
        SocketChannel channel = epoll ? new EpollSocketChannel() : new NioSocketChannel();
        channel.pipeline().addFirst(new FrameReception());
        return channel;
    }

    /** What servers listen with. */
    public Class<? extends ServerSocketChannel> serverType() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }

    private record Driver(EventLoop thread) implements LoopDriver {
        @Override
        public void wake(long delayNanos, Runnable turn) {
            if (delayNanos == 0) {
                thread.execute(turn);
                return;
            }
            var unused = thread.schedule(turn, delayNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean isInThread() {
            return thread.inEventLoop();
        }

        @Override
        public int tasksATurn() {
            return TASKS_A_TURN;
        }
    }
}
