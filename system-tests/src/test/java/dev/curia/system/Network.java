package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network of Linux namespaces: each node has one of its own with its own address, joined by a wire to a router that is a namespace,
 * too. The tests' own process, with its clients, has a wire to the router and reaches every node. Links are broken in the router, so
 * that neither end is told: packets are lost in silence, in either direction alone.
 *
 * <p>All names and addresses come from the process id of the tests. What an earlier run left behind is removed when a network is made.
 * Addresses are of 198.18.0.0/15, which is set aside for tests of networks. Needs root, {@code ip} and {@code tc}: {@link #make} skips
 * the calling test where there is none. Not thread-safe.
 */
final class Network implements Place, AutoCloseable {
    /** The tests' own process, among the names of nodes. */
    static final String CLIENTS = "clients";

    private static final Logger LOG = LoggerFactory.getLogger(Network.class);
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final String OURS = "curia-";
    private static final int FIRST_NODE = 10;
    private static final int FIRST_CUT = 100;

    private final String prefix;
    private final String subnet;
    private final String outside;
    private final Map<String, Integer> hosts = new LinkedHashMap<>();
    private final Map<List<String>, String> cuts = new LinkedHashMap<>();
    private final Thread cleaner;

    private Network(long pid) {
        prefix = OURS + pid + "-";
        subnet = "198." + (18 + pid / 256 % 2) + "." + pid % 256 + ".";
        outside = "cu" + pid;
        hosts.put(CLIENTS, 2);
        cleaner = new Thread(() -> remove(prefix), "network-cleaner");
    }

    /** A network without nodes; the calling test is skipped where namespaces cannot be made. */
    static Network make() {
        Network network = new Network(ProcessHandle.current().pid());
        Runtime.getRuntime().addShutdownHook(network.cleaner);
        try {
            installTools();
            removeStale();
            network.layOut();
        } catch (RuntimeException | AssertionError e) {
            network.closeAfter(e);
            LOG.warn("SKIPPED, needs network namespaces, as root: {}", e.getMessage());
            Assumptions.abort("needs network namespaces, as root: " + e.getMessage());
        }
        return network;
    }

    /** Gives a node its place if it has none yet. */
    @Override
    public String address(String node) {
        Integer known = hosts.get(node);
        if (known != null) return subnet + known;
        int host = FIRST_NODE + hosts.size();
        hosts.put(node, host);
        String space = prefix + node;
        String inRouter = wire(host);
        ip("netns", "add", space);
        ip("link", "add", inRouter, "netns", router(), "type", "veth", "peer", "name", "eth0", "netns", space);
        attach(inRouter, host);
        ip("-n", space, "link", "set", "lo", "up");
        ip("-n", space, "addr", "add", subnet + host, "peer", subnet + 1, "dev", "eth0");
        ip("-n", space, "link", "set", "eth0", "up");
        ip("-n", space, "route", "add", "default", "via", subnet + 1);
        return subnet + host;
    }

    @Override
    public List<String> command(String node, List<String> command) {
        address(node);
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", prefix + node));
        line.addAll(command);
        return line;
    }

    /** What {@code from} sends to {@code to} is lost. */
    void cutOneWay(String from, String to) {
        lose("from", known(from), "to", known(to));
    }

    /** Nothing gets through between a node and others, either way. */
    void isolate(String node, Collection<String> fromNodes) {
        for (String other : fromNodes) {
            cutOneWay(node, other);
            cutOneWay(other, node);
        }
    }

    /** Nothing gets through to a node, or from it. */
    void isolate(String node) {
        lose("from", known(node));
        lose("to", known(node));
    }

    /**
     * What is sent to a node gets through at this rate only; what has waited for longer is lost, and up to then it is late. Use one
     * that is below what is sent.
     */
    void slow(String node, int kilobitsPerSecond, int longestWaitMillis) {
        String wire = wire(Objects.requireNonNull(hosts.get(node), node));
        run(
                "tc",
                "-n",
                router(),
                "qdisc",
                "replace",
                "dev",
                wire,
                "root",
                "tbf",
                "rate",
                kilobitsPerSecond + "kbit",
                "burst",
                "8000",
                "latency",
                longestWaitMillis + "ms");
    }

    /** All gets through again, at full speed. */
    void heal() {
        cuts.values().forEach(pref -> ip("-n", router(), "rule", "del", "pref", pref));
        cuts.clear();
        hosts.values()
                .forEach(host -> Command.of("tc", "-n", router(), "qdisc", "del", "dev", wire(host), "root")
                        .run());
    }

    /** Takes everything away. Processes that still run in the namespaces keep theirs until they end, without a wire. */
    @Override
    public void close() {
        remove(prefix);
        Runtime.getRuntime().removeShutdownHook(cleaner);
    }

    private static void installTools() {
        if (Files.isExecutable(Path.of("/usr/sbin/ip")) || Files.isExecutable(Path.of("/sbin/ip"))) return;
        Path script = Distribution.find().sources().resolve("system-tests/install-clients.sh");
        Command.of(script.toString()).within(Duration.ofMinutes(2)).run().orFail();
    }

    private void layOut() {
        ip("netns", "add", router());
        ip("-n", router(), "link", "set", "lo", "up");
        run("ip", "netns", "exec", router(), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        String inRouter = wire(2);
        ip("link", "add", outside, "type", "veth", "peer", "name", inRouter, "netns", router());
        attach(inRouter, 2);
        ip("addr", "add", subnet + 2, "peer", subnet + 1, "dev", outside);
        ip("link", "set", outside, "up");
        ip("route", "add", subnet + "0/24", "via", subnet + 1);
    }

    /** Each cut has a preference of its own: the kernel takes a rule for all from a node as the same as one for what goes to another. */
    private void lose(String... packets) {
        if (cuts.containsKey(List.of(packets))) return;
        String pref = Integer.toString(FIRST_CUT + cuts.size());
        List<String> line = new ArrayList<>(List.of("-n", router(), "rule", "add", "pref", pref));
        line.addAll(List.of(packets));
        line.add("blackhole");
        ip(line.toArray(String[]::new));
        cuts.put(List.of(packets), pref);
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void attach(String inRouter, int host) {
        ip("-n", router(), "addr", "add", subnet + 1, "peer", subnet + host, "dev", inRouter);
        ip("-n", router(), "link", "set", inRouter, "up");
    }

    private String router() {
        return prefix + "router";
    }

    private String known(String node) {
        return subnet + Objects.requireNonNull(hosts.get(node), node);
    }

    private static String wire(int host) {
        return "wire" + host;
    }

    /** The wire to the outside goes with the router. */
    private static void remove(String prefix) {
        for (String name : namespaces()) {
            if (name.startsWith(prefix)) Command.of("ip", "netns", "del", name).run();
        }
        Command.of("ip", "link", "del", "cu" + prefix.substring(OURS.length(), prefix.length() - 1))
                .run();
    }

    private static void removeStale() {
        for (String name : namespaces()) {
            if (!name.matches(OURS + "[0-9]+-.*")) continue;
            long pid = Long.parseLong(name, OURS.length(), name.indexOf('-', OURS.length()), 10);
            if (ProcessHandle.of(pid).isEmpty()) remove(OURS + pid + "-");
        }
    }

    private static List<String> namespaces() {
        if (!Files.isDirectory(NAMESPACES)) return List.of();
        try (Stream<Path> files = Files.list(NAMESPACES)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ip(String... arguments) {
        List<String> line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(arguments));
        run(line.toArray(String[]::new));
    }

    private static void run(String... line) {
        Command.of(line).run().orFail();
    }
}
