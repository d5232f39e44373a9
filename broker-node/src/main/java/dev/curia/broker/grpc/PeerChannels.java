package dev.curia.broker.grpc;

import dev.curia.common.net.HostPort;
import dev.curia.common.net.TlsTroubles;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.replica.port.Peers;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Channels to other brokers for small calls, one a broker, made at its first call and anew when it has moved. Thread-safe. */
public final class PeerChannels implements AutoCloseable {
    private final Peers peers;
    private final Function<Peers.Address, ManagedChannel> opener;
    private final Map<Integer, Link> open = new ConcurrentHashMap<>();

    private record Link(Peers.Address address, ManagedChannel channel) {}

    /** For what a broker asks as a node. */
    public PeerChannels(Peers peers, ChannelCredentials credentials) {
        this(peers, opener(credentials, GrpcCallers.fromNode()));
    }

    private PeerChannels(Peers peers, Function<Peers.Address, ManagedChannel> opener) {
        this.peers = peers;
        this.opener = opener;
    }

    /** For what is asked on behalf of clients whom nobody has checked: ACLs hold for them. */
    static PeerChannels forClients(Peers peers, ChannelCredentials credentials) {
        return new PeerChannels(peers, opener(credentials, GrpcCallers.forClients()));
    }

    Optional<Peers.Address> find(int broker) {
        return peers.find(broker);
    }

    ManagedChannel channel(int broker, Peers.Address address) {
        return open.compute(broker, (id, link) -> {
                    if (link != null && link.address.equals(address)) return link;
                    if (link != null) link.channel.shutdownNow();
                    return new Link(address, opener.apply(address));
                })
                .channel;
    }

    private static Function<Peers.Address, ManagedChannel> opener(
            ChannelCredentials credentials, ClientInterceptor says) {
        TlsTroubles troubles = new TlsTroubles();
        return address -> NettyChannelBuilder.forAddress(address.host(), address.port(), credentials)
                .directExecutor()
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .intercept(says, troubles.with(new HostPort(address.host(), address.port())))
                .build();
    }

    @Override
    public void close() {
        open.values().forEach(link -> link.channel.shutdownNow());
    }
}
