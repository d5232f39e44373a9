package dev.curia.sim;

import dev.curia.common.net.HostPort;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** gRPC's client side on the simulated network: connects at the first call, and again when the connection broke. */
final class SimChannel extends ManagedChannel {
    private static final long CONNECT_TIMEOUT = 2 * World.SECONDS;

    private final SimNetwork network;
    private final SimProcess process;
    private final HostPort address;
    private final ArrayDeque<SimCall<?, ?>> waiting = new ArrayDeque<>();
    private @Nullable SimConnection connection;
    private boolean connecting;
    private boolean shut;

    SimChannel(SimNetwork network, SimProcess process, HostPort address) {
        this.network = network;
        this.process = process;
        this.address = address;
    }

    /** A call has been started. */
    void start(SimCall<?, ?> call) {
        if (shut) {
            process.after(0, () -> call.lostAtClient("the channel is shut down"));
            return;
        }
        SimConnection running = connection;
        if (running != null) {
            open(call, running);
            return;
        }
        waiting.add(call);
        if (connecting) return;
        connecting = true;
        connect(network.world.now() + CONNECT_TIMEOUT);
    }

    void ended(SimCall<?, ?> call) {
        waiting.remove(call);
        SimConnection running = connection;
        if (running == null) return;
        running.remove(call);
        if (shut && running.isIdle()) running.closeByClient("shut down");
    }

    private void connect(long deadline) {
        process.after(network.latency(process.host, address.host()), () -> {
            if (!connecting) return;
            boolean open = network.isOpen(process.host, address.host()) && network.isOpen(address.host(), process.host);
            if (!open) {
                if (network.world.now() > deadline) failConnecting("connection timed out");
                else process.after(network.retransmit(), () -> connect(deadline));
                return;
            }
            SimNetwork.SimServer server = network.server(address);
            if (server == null) {
                failConnecting("connection refused");
                return;
            }
            connected(server);
        });
    }

    private void connected(SimNetwork.SimServer server) {
        connecting = false;
        SimConnection fresh = new SimConnection(network, process, server.process(), () -> connection = null);
        connection = fresh;
        while (!waiting.isEmpty()) open(waiting.remove(), fresh);
    }

    private void open(SimCall<?, ?> call, SimConnection on) {
        call.open(on, network.server(address));
    }

    private void failConnecting(String why) {
        connecting = false;
        List<SimCall<?, ?>> failed = new ArrayList<>(waiting);
        waiting.clear();
        failed.forEach(call -> call.lostAtClient(why));
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        return new SimCall<>(process, this, method, options).clientSide();
    }

    @Override
    public ManagedChannel shutdown() {
        shut = true;
        SimConnection running = connection;
        if (running != null && running.isIdle()) running.closeByClient("shut down");
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        shut = true;
        SimConnection running = connection;
        if (running != null) process.after(0, () -> running.closeByClient("shut down"));
        if (connecting) process.after(0, () -> failConnecting("shut down"));
        return this;
    }

    @Override
    public boolean isShutdown() {
        return shut;
    }

    @Override
    public boolean isTerminated() {
        return shut && connection == null;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }

    @Override
    public String authority() {
        return address.toString();
    }
}
