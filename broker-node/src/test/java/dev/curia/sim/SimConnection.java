package dev.curia.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** One TCP connection with the gRPC calls on it. Each end learns of its end by itself, in its own time, or never. */
final class SimConnection {
    private static final long KEEPALIVE = 10 * World.SECONDS;
    private static final long KEEPALIVE_TIMEOUT = 4 * World.SECONDS;

    final SimNetwork network;
    final SimProcess client;
    final SimProcess server;
    final Pipe toServer;
    final Pipe toClient;
    private final List<SimCall<?, ?>> calls = new ArrayList<>();
    private final Runnable onClientEnd;
    private boolean clientOpen = true;
    private boolean serverOpen = true;
    private long pongNanos;

    SimConnection(SimNetwork network, SimProcess client, SimProcess server, Runnable onClientEnd) {
        this.network = network;
        this.client = client;
        this.server = server;
        this.onClientEnd = onClientEnd;
        this.toServer = new Pipe(client, server);
        this.toClient = new Pipe(server, client);
        this.pongNanos = network.world.now();
        network.add(this);
        keepAlive();
    }

    boolean joins(String oneHost, String otherHost) {
        return (client.host.equals(oneHost) && server.host.equals(otherHost))
                || (client.host.equals(otherHost) && server.host.equals(oneHost));
    }

    boolean isOver() {
        return !clientOpen && !serverOpen;
    }

    boolean clientOpen() {
        return clientOpen;
    }

    boolean serverOpen() {
        return serverOpen;
    }

    void add(SimCall<?, ?> call) {
        calls.add(call);
    }

    void remove(SimCall<?, ?> call) {
        calls.remove(call);
    }

    boolean isIdle() {
        return calls.isEmpty();
    }

    /** The client's process ends the connection; the server hears of it when the path lets it. */
    void closeByClient(String why) {
        endClient(why);
        toServer.send(this::endServer);
    }

    void died(SimProcess process, boolean silently) {
        if (silently && process == client) toServer.vanish();
        if (silently && process == server) toClient.vanish();
        if (process == client && clientOpen) {
            clientOpen = false;
            if (!silently) toServer.send(this::endServer);
        }
        if (process == server && serverOpen) {
            serverOpen = false;
            if (!silently) toClient.send(() -> endClient("the server's process died"));
        }
    }

    void reset() {
        client.after(network.retransmit(), () -> endClient("connection reset"));
        server.after(network.retransmit(), this::endServer);
    }

    private void endClient(String why) {
        if (!clientOpen) return;
        clientOpen = false;
        onClientEnd.run();
        for (SimCall<?, ?> call : List.copyOf(calls)) call.lostAtClient(why);
    }

    private void endServer() {
        if (!serverOpen) return;
        serverOpen = false;
        for (SimCall<?, ?> call : List.copyOf(calls)) call.lostAtServer();
    }

    private void keepAlive() {
        client.after(KEEPALIVE, () -> {
            if (!clientOpen) return;
            if (network.world.now() - pongNanos > KEEPALIVE + KEEPALIVE_TIMEOUT) {
                closeByClient("no answer to a keep-alive");
                return;
            }
            toServer.send(() -> toClient.send(() -> pongNanos = network.world.now()));
            keepAlive();
        });
    }

    /** One direction: in order, nothing lost but with the connection. */
    final class Pipe {
        private final SimProcess from;
        private final SimProcess to;
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private final ArrayDeque<Long> readyAt = new ArrayDeque<>();
        private long lastReady;
        private boolean scheduled;

        Pipe(SimProcess from, SimProcess to) {
            this.from = from;
            this.to = to;
        }

        void send(Runnable delivery) {
            lastReady = Math.max(lastReady + 1, network.world.now() + network.latency(from.host, to.host));
            waiting.add(delivery);
            readyAt.add(lastReady);
            schedule(0);
        }

        /** What a machine without power had sent, but the other has not got. */
        void vanish() {
            waiting.clear();
            readyAt.clear();
        }

        private void schedule(long atLeast) {
            Long head = readyAt.peek();
            if (scheduled || head == null) return;
            scheduled = true;
            network.world.after(Math.max(atLeast, head - network.world.now()), null, this::move);
        }

        private void move() {
            scheduled = false;
            if (waiting.isEmpty()) return;
            if (!network.isOpen(from.host, to.host)) {
                schedule(network.retransmit());
                return;
            }
            Runnable head = waiting.remove();
            readyAt.remove();
            if (to.isAlive()) to.after(0, head);
            else refuse();
            schedule(0);
        }

        /** Nobody knows this connection there any more. */
        private void refuse() {
            if (from == client) client.after(network.latency(to.host, from.host), () -> endClient("reset by the peer"));
            else server.after(network.latency(to.host, from.host), SimConnection.this::endServer);
        }
    }
}
