package dev.curia.metadata.rpc;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.quorum.QuorumOperations;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A quorum node's gRPC server: controller, metadata watch and administration.
 *
 * <p>Wiring: build it, start the log with {@link #commits()} and the controller as listeners, then {@link #start}. Thread-safe.
 */
public final class QuorumRpcServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 4 * 1024 * 1024;
    private static final Duration GRACE = Duration.ofMillis(200);

    private final HostPort address;
    private final QuorumServices services;
    private final AdminAccess access;
    private final PortSecurity security;
    private @Nullable Server server;

    /**
     * @param address to listen on; port 0: any free one
     * @param watchLoop serves the watch streams; started and closed by the owner
     * @param progressInterval an idle watch stream shows a sign of life this often
     * @param operations on the quorum itself, if it can be operated on
     * @param authorization of whoever calls the administration
     */
    public QuorumRpcServer(
            HostPort address,
            ActiveController controller,
            MetadataLog log,
            EventLoop watchLoop,
            Duration progressInterval,
            Optional<QuorumOperations> operations,
            Authorization authorization,
            PortSecurity security) {
        this.address = address;
        this.services = new QuorumServices(controller, log, watchLoop, progressInterval, operations);
        this.access = new AdminAccess(authorization, log::image);
        this.security = security;
    }

    /** Feeds the watch streams; give it to {@link MetadataLog#start}. */
    public MetadataLog.CommitListener commits() {
        return services.commits();
    }

    /** Listens from now on; throws when the address cannot be bound, naming it. */
    public synchronized void start() throws IOException {
        try {
            server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(address.host(), address.port()), security.credentials())
                    .maxInboundMessageSize(MAX_REQUEST_BYTES)
                    .permitKeepAliveTime(1, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .addServices(services.all().stream()
                            .map(BindableService::bindService)
                            .toList())
                    .intercept(access) // the one added last is asked first
                    .intercept(security.callers())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "The metadata quorum cannot listen on " + address + ": " + reason(e)
                            + ". Another process may use the port, or the host is not of this machine.",
                    e);
        }
        services.start();
    }

    /** The port listened on; -1 before {@link #start}. */
    public synchronized int port() {
        return server == null ? -1 : server.getPort();
    }

    /** Ends all calls, waiting a little for those that are being answered. */
    @Override
    public synchronized void close() {
        if (server == null) return;
        server.shutdown();
        try {
            if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) server.shutdownNow();
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) root = root.getCause();
        return String.valueOf(root.getMessage());
    }
}
