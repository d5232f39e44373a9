package dev.curia.replica.grpc;

import dev.curia.common.net.HostPort;
import dev.curia.common.net.TlsTroubles;
import dev.curia.replica.port.Peers;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.concurrent.TimeUnit;

/** Makes channels to leaders, with the settings that measured best for bulk data. Thread-safe. */
final class ReplicationChannels implements LeaderChannels {
    private static final int RECEIVE_BYTES = 256 * 1024;

    private final NetworkThreads threads;
    private final ChannelCredentials credentials;
    private final TlsTroubles troubles = new TlsTroubles();

    ReplicationChannels(NetworkThreads threads, ChannelCredentials credentials) {
        this.threads = threads;
        this.credentials = credentials;
    }

    @Override
    public ManagedChannel open(Peers.Address address, int maxFrameBytes) {
        return NettyChannelBuilder.forAddress(address.host(), address.port(), credentials)
                .eventLoopGroup(threads.group())
                .channelFactory(threads::connection)
                .withOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2000)
                .directExecutor()
                .intercept(troubles.with(new HostPort(address.host(), address.port())))
                .disableRetry()
                .maxInboundMessageSize(maxFrameBytes)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(false)
                .build();
    }
}
