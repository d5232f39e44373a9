package dev.curia.replica.grpc;

import dev.curia.replica.port.Peers;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** Makes channels to leaders, with the settings that measured best for bulk data; owns their network threads. Thread-safe. */
final class ReplicationChannels implements LeaderChannels {
    private static final int THREADS = 2;
    private static final int RECEIVE_BYTES = 256 * 1024;
    private static final int SHUTDOWN_SECONDS = 5;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;

    ReplicationChannels() {
        this(THREADS);
    }

    ReplicationChannels(int threads) {
        group = new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory("replica-links", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    @Override
    public ManagedChannel open(Peers.Address address, int maxFrameBytes) {
        Class<? extends SocketChannel> type = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .eventLoopGroup(group)
                .channelType(type)
                .withOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2000)
                .directExecutor()
                .disableRetry()
                .maxInboundMessageSize(maxFrameBytes)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(false)
                .build();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }
}
