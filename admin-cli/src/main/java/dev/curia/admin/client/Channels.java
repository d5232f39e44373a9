package dev.curia.admin.client;

import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One connection a server, opened when first needed, all on one thread: a command lives for a second and must start fast. Calls made
 * with these channels get their callbacks on that thread and must not block it. Thread-safe.
 */
public final class Channels implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    /** A message of records may be larger than what a server accepts as a request: one record of the largest size. */
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelCredentials credentials;
    private final Map<ServerAddress, ManagedChannel> open = new HashMap<>();
    private final Set<ServerAddress> spoke = ConcurrentHashMap.newKeySet();

    /** @param credentials plaintext or TLS, as the servers speak */
    public Channels(ChannelCredentials credentials) {
        this.credentials = credentials;
    }

    public synchronized ManagedChannel to(ServerAddress server) {
        return open.computeIfAbsent(server, this::connect);
    }

    /** Whether it has answered as a gRPC server does since its connection was made or dropped last: until then nothing that was asked was sent. */
    boolean spoke(ServerAddress server) {
        return spoke.contains(server);
    }

    /** Drops the connection, so that the next use makes a new one at once instead of waiting for a back-off. */
    public synchronized void forget(ServerAddress server) {
        ManagedChannel channel = open.remove(server);
        spoke.remove(server);
        if (channel != null) channel.shutdownNow();
    }

    @Override
    public synchronized void close() {
        open.values().forEach(ManagedChannel::shutdownNow);
        open.clear();
        Future<?> unused = loop.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
    }

    private ManagedChannel connect(ServerAddress server) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(server.host(), server.port()), credentials)
                .eventLoopGroup(loop)
                .channelType(NioSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .directExecutor()
                .disableRetry()
                .build();
        watch(server, channel);
        return channel;
    }

    private void watch(ServerAddress server, ManagedChannel channel) {
        ConnectivityState state = channel.getState(false);
        if (state == ConnectivityState.READY) spoke.add(server);
        else if (state != ConnectivityState.SHUTDOWN)
            channel.notifyWhenStateChanged(state, () -> watch(server, channel));
    }
}
