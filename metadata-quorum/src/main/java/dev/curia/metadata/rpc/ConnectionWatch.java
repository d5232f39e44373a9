package dev.curia.metadata.rpc;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.ProcessWatch;
import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;

/** Keeps a connection on which nothing is said. Thread-safe. */
public final class ConnectionWatch implements ProcessWatch {
    private final BrokerProbe probe;
    private final ChannelCredentials credentials;

    public ConnectionWatch(BrokerProbe probe, ChannelCredentials credentials) {
        this.probe = probe;
        this.credentials = credentials;
    }

    @Override
    public Watched watch(HostPort address, Runnable gone) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(address.host(), address.port(), credentials)
                .build();
        follow(channel, false, () -> probe.probe(address, gone));
        return channel::shutdownNow;
    }

    /** @param reached whether there has been a connection */
    private static void follow(ManagedChannel channel, boolean reached, Runnable ask) {
        ConnectivityState now = channel.getState(true);
        boolean ever = reached || now == ConnectivityState.READY;
        channel.notifyWhenStateChanged(now, () -> {
            if (channel.isShutdown()) return;
            // Asked again at each failure to connect: at the first the old listener may not be closed yet.
            if (ever && now != ConnectivityState.IDLE) ask.run();
            follow(channel, ever, ask);
        });
    }
}
