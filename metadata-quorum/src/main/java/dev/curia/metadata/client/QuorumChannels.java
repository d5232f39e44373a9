package dev.curia.metadata.client;

import dev.curia.common.net.HostPort;
import dev.curia.common.net.TlsTroubles;
import dev.curia.metadata.access.GrpcCallers;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * gRPC channels to quorum nodes, one an address, shared by everything in the process; and the nodes that the quorum itself has named, for
 * when those of the configuration are gone. Thread-safe.
 */
public final class QuorumChannels implements AutoCloseable {
    /** A metadata batch has at most 1 MiB; a snapshot part or an answer somewhat more. */
    private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    /** How long a call may take, as its deadline says too, but not on the system's clock: for channels that keep another time. */
    public static final CallOptions.Key<Long> ATTEMPT_NANOS = CallOptions.Key.create("attempt-nanos");

    private final Function<HostPort, ManagedChannel> opener;
    private final Map<HostPort, ManagedChannel> channels = new HashMap<>();
    private volatile List<HostPort> learned = List.of();
    private boolean closed;

    /** For what a node asks as a node. */
    public QuorumChannels(ChannelCredentials credentials) {
        this(opener(credentials, GrpcCallers.fromNode()));
    }

    /** For what a node asks on behalf of clients whom nobody has checked: ACLs hold for them. */
    public static QuorumChannels forClients(ChannelCredentials credentials) {
        return new QuorumChannels(opener(credentials, GrpcCallers.forClients()));
    }

    private static Function<HostPort, ManagedChannel> opener(ChannelCredentials credentials, ClientInterceptor says) {
        TlsTroubles troubles = new TlsTroubles();
        return address -> NettyChannelBuilder.forAddress(address.host(), address.port(), credentials)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(3, TimeUnit.SECONDS)
                .intercept(says, troubles.with(address))
                .build();
    }

    /** @param opener makes a channel that connects at its first call */
    public QuorumChannels(Function<HostPort, ManagedChannel> opener) {
        this.opener = opener;
    }

    /** Where the quorum says that it is reached now; empty before it has said anything. */
    List<HostPort> learned() {
        return learned;
    }

    void learn(List<HostPort> nodes) {
        learned = List.copyOf(nodes);
    }

    /** After {@link #close} a channel whose calls fail as UNAVAILABLE, so that late callers need no case of their own. */
    synchronized ManagedChannel to(HostPort address) {
        return closed ? opener.apply(address).shutdownNow() : channels.computeIfAbsent(address, opener);
    }

    /** Drops a channel whose server did not answer, so that the next attempt connects at once instead of after a backoff. */
    void discard(HostPort address, ManagedChannel failed) {
        synchronized (this) {
            channels.remove(address, failed);
        }
        failed.shutdown();
    }

    @Override
    public void close() {
        Map<HostPort, ManagedChannel> open;
        synchronized (this) {
            closed = true;
            open = Map.copyOf(channels);
            channels.clear();
        }
        open.values().forEach(ManagedChannel::shutdownNow);
    }
}
