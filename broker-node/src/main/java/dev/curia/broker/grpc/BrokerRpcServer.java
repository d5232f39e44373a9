package dev.curia.broker.grpc;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.replica.grpc.NetworkThreads;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC port with the settings that all of them share: message size, keep-alive, and which services answer on the transport's own
 * threads. Thread-safe.
 */
public final class BrokerRpcServer implements AutoCloseable {
    /** Larger messages end their call with RESOURCE_EXHAUSTED. */
    public static final int MAX_MESSAGE_BYTES = 8 << 20;

    // Below every client's keep-alive interval (10 s), or they would be sent away with "too many pings".
    private static final Duration PERMITTED_KEEP_ALIVE = Duration.ofSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    // A follower's largest message goes out in one piece, with the next behind it; by default no more than 64 KiB at a
    // time do.
    private static final WriteBufferWaterMark WRITE_AHEAD = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final Server server;
    private final int port;

    private BrokerRpcServer(Server server) {
        this.server = server;
        this.port = server.getPort();
    }

    /**
     * Binds and serves.
     *
     * @param address an empty host means all addresses, port 0 any free port
     * @param setting the configuration key the address came from, for the error message
     * @param security of it
     * @param onTransport services whose callbacks never block: they run on the transport's threads, which spares a hand-over a message
     * @param onExecutor services whose callbacks may block; they run on {@code executor}
     * @param threads the transport's; closed later, by their owner
     * @throws IOException when the address cannot be bound; the message names it
     */
    public static BrokerRpcServer start(
            HostPort address,
            String setting,
            PortSecurity security,
            List<? extends BindableService> onTransport,
            List<? extends BindableService> onExecutor,
            Executor executor,
            NetworkThreads threads)
            throws IOException {
        Set<String> direct = new HashSet<>();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address.toBind(), security.credentials())
                .channelType(threads.serverType())
                .bossEventLoopGroup(threads.group())
                .workerEventLoopGroup(threads.group())
                .withChildOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_AHEAD)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .intercept(new ClientIds())
                .permitKeepAliveTime(PERMITTED_KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .executor(executor)
                .callExecutor(new ByService(direct))
                .intercept(security.callers());
        for (BindableService service : onTransport) {
            direct.add(service.bindService().getServiceDescriptor().getName());
            builder.addService(service);
        }
        onExecutor.forEach(builder::addService);
        try {
            return new BrokerRpcServer(builder.build().start());
        } catch (IOException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "cannot listen for gRPC on " + address + " (" + setting + "): " + reason.getMessage(), e);
        }
    }

    /** The port that was bound. */
    public int port() {
        return port;
    }

    /** Takes no more calls, gives those that run a moment to end, then cuts them. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) server.shutdownNow();
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Null means the server's executor. */
    private record ByService(Set<String> direct) implements ServerCallExecutorSupplier {
        @Override
        @SuppressWarnings("NullAway") // documented: null for the default
        public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
            return direct.contains(call.getMethodDescriptor().getServiceName()) ? Runnable::run : null;
        }
    }
}
