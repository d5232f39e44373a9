package dev.curia.sim;

import dev.curia.common.net.HostPort;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and the paths between them, each direction of its own: fast, slow, lossy or cut. What TCP makes of that is in {@link SimConnection}:
 * nothing overtakes, nothing vanishes but with its connection; on a cut path bytes wait, and a lost packet is a delay.
 */
final class SimNetwork {
    private static final long RETRANSMIT = 200 * World.MILLIS;
    private static final int DATAGRAM_TRIES = 50;

    final World world;
    private final SplittableRandom random;
    private final Map<String, SimServer> servers = new TreeMap<>(); // by host:port
    private final TreeSet<String> cut = new TreeSet<>(); // directed, "from>to"
    private final Map<String, Long> slow = new TreeMap<>(); // directed, most nanoseconds
    private final Map<String, Integer> lossPercent = new TreeMap<>(); // directed
    private final List<SimConnection> connections = new ArrayList<>();
    private final TreeSet<String> down = new TreeSet<>(); // hosts without power

    SimNetwork(World world) {
        this.world = world;
        this.random = world.fork();
    }

    /** A process that listens. */
    record SimServer(SimProcess process, Map<String, ServerServiceDefinition> services) {}

    void listen(SimProcess process, HostPort address, List<ServerServiceDefinition> services) {
        Map<String, ServerServiceDefinition> byName = new LinkedHashMap<>();
        for (ServerServiceDefinition each : services)
            byName.put(each.getServiceDescriptor().getName(), each);
        servers.put(address.toString(), new SimServer(process, byName));
    }

    static List<ServerServiceDefinition> definitions(List<BindableService> services) {
        return services.stream().map(BindableService::bindService).toList();
    }

    /** Null: nobody listens there now. */
    @Nullable
    SimServer server(HostPort address) {
        SimServer server = servers.get(address.toString());
        return server != null && server.process.isAlive() ? server : null;
    }

    /** Connects and hangs up: {@code refused} runs when the machine is reached, and nobody listens there. */
    void probe(SimProcess from, HostPort address, Runnable refused) {
        from.after(latency(from.host, address.host()) + latency(address.host(), from.host), () -> {
            boolean reached = isOpen(from.host, address.host()) && isOpen(address.host(), from.host);
            if (reached && server(address) == null) refused.run();
        });
    }

    void cut(String from, String to) {
        cut.add(from + ">" + to);
    }

    void slow(String from, String to, long mostNanos) {
        slow.put(from + ">" + to, mostNanos);
    }

    void lossy(String from, String to, int percent) {
        lossPercent.put(from + ">" + to, percent);
    }

    void heal(String from, String to) {
        String path = from + ">" + to;
        cut.remove(path);
        slow.remove(path);
        lossPercent.remove(path);
    }

    void healAll() {
        cut.clear();
        slow.clear();
        lossPercent.clear();
    }

    boolean isOpen(String from, String to) {
        return !cut.contains(from + ">" + to) && !down.contains(from) && !down.contains(to);
    }

    boolean isUp(String host) {
        return !down.contains(host);
    }

    /** How long a packet takes now. */
    long latency(String from, String to) {
        String path = from + ">" + to;
        long most = slow.getOrDefault(path, 800_000L);
        long taken = most / 4 + random.nextLong(most);
        int loss = lossPercent.getOrDefault(path, 0);
        while (loss > 0 && random.nextInt(100) < loss) taken += RETRANSMIT + random.nextLong(RETRANSMIT);
        return taken;
    }

    long retransmit() {
        return RETRANSMIT / 2 + random.nextLong(RETRANSMIT);
    }

    void add(SimConnection connection) {
        connections.removeIf(SimConnection::isOver);
        connections.add(connection);
    }

    /** The operating system of a killed process ends its connections; that of a machine without power says nothing. */
    void died(SimProcess process, boolean silently) {
        if (silently) down.add(process.host);
        for (SimConnection each : List.copyOf(connections)) each.died(process, silently);
    }

    void powerOn(String host) {
        down.remove(host);
    }

    /** Both ends find it broken, with what was under way lost or not. */
    void breakConnections(String oneHost, String otherHost) {
        for (SimConnection each : List.copyOf(connections)) {
            if (each.joins(oneHost, otherHost)) each.reset();
        }
    }

    /** A message outside of gRPC: from and to clients. Late when the path is cut, lost when it stays so or the receiver is gone. */
    void send(SimProcess from, SimProcess to, Runnable delivery) {
        world.after(latency(from.host, to.host), null, () -> arrive(from, to, delivery, DATAGRAM_TRIES));
    }

    private void arrive(SimProcess from, SimProcess to, Runnable delivery, int tries) {
        if (!to.isAlive() || tries == 0) return;
        if (isOpen(from.host, to.host)) to.after(0, delivery);
        else world.after(retransmit(), null, () -> arrive(from, to, delivery, tries - 1));
    }
}
