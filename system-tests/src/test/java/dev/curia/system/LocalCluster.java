package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Server processes on loopback (or in another {@link Place}) with ports and directories of their own: one standalone node, or quorum
 * nodes (ids from 101) and brokers (ids from 1). As an extension of a test class it runs as long as the class; else {@link #startAs}
 * and close it. Directories and logs stay in {@code target/nodes/<name>} for whoever looks into a failure, until the next run.
 */
final class LocalCluster implements BeforeAllCallback, AfterAllCallback, AutoCloseable {
    static final int FIRST_QUORUM_NODE = 101;
    static final int STANDALONE = 1;

    private final int quorumCount;
    private final int brokerCount;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> format = new ArrayList<>(List.of("--format"));
    private final Ports ports = new Ports();
    private final Map<Integer, NodeProcess> quorum = new TreeMap<>();
    private final Map<Integer, NodeProcess> brokers = new TreeMap<>();
    private final List<String> bootstrap = new ArrayList<>();
    private final List<String> rpcOfBrokers = new ArrayList<>();
    private final List<String> rpcOfQuorum = new ArrayList<>();
    private @Nullable Path directory;
    private int directoriesPerBroker = 1;
    private Place place = Place.LOOPBACK;
    private Consumer<LocalCluster> beforeStart = cluster -> {};

    private LocalCluster(int quorumCount, int brokerCount) {
        this.quorumCount = quorumCount;
        this.brokerCount = brokerCount;
    }

    /** One process with everything. */
    static LocalCluster standalone() {
        return new LocalCluster(0, 1);
    }

    static LocalCluster of(int quorumNodes, int brokers) {
        return new LocalCluster(quorumNodes, brokers)
                .with("default.replication.factor", Integer.toString(Math.min(3, brokers)))
                .with("offsets.topic.replication.factor", Integer.toString(Math.min(3, brokers)))
                .with("offsets.topic.num.partitions", "5")
                .with("transaction.state.log.replication.factor", Integer.toString(Math.min(3, brokers)))
                .with("transaction.state.log.min.isr", Integer.toString(Math.min(2, brokers)))
                .with("transaction.state.log.num.partitions", "5")
                .with("group.initial.rebalance.delay.ms", "0");
    }

    /** One more setting for every node. */
    LocalCluster with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** A cluster begins with this user, as {@code --add-scram} takes it. */
    LocalCluster withFirstUser(String user) {
        format.addAll(List.of("--add-scram", user));
        return this;
    }

    /** Each broker of a cluster gets so many log directories. */
    LocalCluster withLogDirectories(int perBroker) {
        directoriesPerBroker = perBroker;
        return this;
    }

    /** The nodes of a cluster run there. */
    LocalCluster in(Place elsewhere) {
        place = elsewhere;
        return this;
    }

    /** What to do when the directories are empty and nothing runs yet. */
    LocalCluster beforeStart(Consumer<LocalCluster> task) {
        beforeStart = task;
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        startAs(context.getRequiredTestClass().getSimpleName());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** Starts all nodes on empty directories and waits until every one serves. */
    LocalCluster startAs(String name) {
        Distribution distribution = Distribution.find();
        Path fresh = distribution.workspace().resolve("nodes").resolve(name);
        deleteTree(fresh);
        directory = fresh;
        if (quorumCount == 0) layOutStandalone(distribution, fresh);
        else layOutCluster(distribution, fresh);
        try {
            beforeStart.accept(this);
            heal();
        } catch (AssertionError | RuntimeException e) {
            close();
            throw e;
        }
        return this;
    }

    /** Every node runs and serves when this returns: paused ones go on, dead ones are started. */
    void heal() {
        for (NodeProcess node : nodes()) {
            if (node.isAlive()) node.resume();
            else node.start();
        }
        nodes().forEach(NodeProcess::awaitReady);
    }

    String bootstrapServers() {
        return String.join(",", bootstrap);
    }

    /** Where admin commands connect. */
    List<String> adminServers() {
        return rpcOfQuorum;
    }

    /** The gRPC address of a broker. */
    String brokerRpc(int id) {
        return rpcOfBrokers.get(id - 1);
    }

    Path directory() {
        return Objects.requireNonNull(directory, "not started");
    }

    /** Where a broker keeps its partitions. */
    Path logDirectory(int broker) {
        String name = quorumCount == 0 ? "logs" : "broker-" + broker;
        return directory().resolve(name);
    }

    /** All of them; a partition is in one. */
    List<Path> logDirectories(int broker) {
        Path first = logDirectory(broker);
        return IntStream.rangeClosed(1, directoriesPerBroker)
                .mapToObj(i -> i == 1 ? first : first.resolveSibling(first.getFileName() + "-" + i))
                .toList();
    }

    NodeProcess broker(int id) {
        return Objects.requireNonNull(brokers.get(id), () -> "no broker " + id);
    }

    NodeProcess quorumNode(int id) {
        return Objects.requireNonNull(quorum.get(id), () -> "no quorum node " + id);
    }

    /** Makes one more quorum node, which waits to be added once it is started; it is of the cluster from now on. */
    JoiningNode joiningQuorumNode(int id) {
        String host = place.address("quorum-" + id);
        String peer = host + ":" + ports.free();
        String rpc = host + ":" + ports.free();
        Map<String, String> own = new LinkedHashMap<>();
        own.put("process.roles", "quorum");
        own.put("node.id", Integer.toString(id));
        own.put("quorum.voters", id + "@" + peer + rpc.substring(rpc.indexOf(':')));
        own.put("quorum.data.dir", quorumDirectory(id).toString());
        NodeProcess node = server(Distribution.find(), directory(), "quorum-" + id, own, List.of("--join"));
        quorum.put(id, node);
        rpcOfQuorum.add(rpc);
        return new JoiningNode(node, peer, rpc);
    }

    /** A quorum node and where it is reached. */
    record JoiningNode(NodeProcess process, String peer, String rpc) {}

    /** This node is of the cluster no more: it is killed, and not started again by {@link #heal}. */
    void abandonQuorumNode(int id) {
        NodeProcess gone = quorumNode(id);
        if (gone.isAlive()) gone.kill();
        quorum.remove(id);
    }

    /** Where a quorum node keeps what it knows. */
    Path quorumDirectory(int id) {
        return directory().resolve("quorum-" + id);
    }

    /** The configuration of a quorum node. */
    Path quorumConfig(int id) {
        return directory().resolve("quorum-" + id + ".properties");
    }

    /** The one node of a standalone cluster. */
    NodeProcess node() {
        return broker(STANDALONE);
    }

    List<NodeProcess> brokers() {
        return List.copyOf(brokers.values());
    }

    List<NodeProcess> nodes() {
        return Stream.concat(quorum.values().stream(), brokers.values().stream())
                .toList();
    }

    @Override
    public void close() {
        nodes().forEach(NodeProcess::close);
    }

    private void layOutStandalone(Distribution distribution, Path directory) {
        String http = "127.0.0.1:" + ports.free();
        String kafka = "127.0.0.1:" + ports.free();
        String rpc = "127.0.0.1:" + ports.free();
        int raft = ports.free();
        int quorumRpc = ports.free();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("listeners", "PLAINTEXT://" + kafka);
        all.put("rpc.listener", rpc);
        all.put("http.listener", http);
        all.put("quorum.voters", STANDALONE + "@127.0.0.1:" + raft + ":" + quorumRpc);
        all.putAll(settings);
        List<String> arguments = new ArrayList<>(List.of("standalone", "--data-dir", directory.toString()));
        all.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        bootstrap.add(kafka);
        rpcOfBrokers.add(rpc);
        rpcOfQuorum.add("127.0.0.1:" + quorumRpc);
        Path log = directory.resolve("standalone.log");
        brokers.put(STANDALONE, new NodeProcess("standalone", distribution.command(arguments), List.of(), log, http));
    }

    private void layOutCluster(Distribution distribution, Path directory) {
        Map<Integer, String> voters = new LinkedHashMap<>();
        for (int i = 0; i < quorumCount; i++) {
            int id = FIRST_QUORUM_NODE + i;
            String host = place.address("quorum-" + id);
            int rpc = ports.free();
            rpcOfQuorum.add(host + ":" + rpc);
            voters.put(id, id + "@" + host + ":" + ports.free() + ":" + rpc);
        }
        voters.keySet().forEach(id -> {
            Map<String, String> own = new LinkedHashMap<>();
            own.put("process.roles", "quorum");
            own.put("node.id", Integer.toString(id));
            own.put("quorum.voters", String.join(",", voters.values()));
            own.put("quorum.data.dir", quorumDirectory(id).toString());
            quorum.put(id, server(distribution, directory, "quorum-" + id, own, List.copyOf(format)));
        });
        for (int id = 1; id <= brokerCount; id++) {
            Map<String, String> own = new LinkedHashMap<>();
            String host = place.address("broker-" + id);
            String kafka = host + ":" + ports.free();
            String rpc = host + ":" + ports.free();
            own.put("process.roles", "broker");
            own.put("node.id", Integer.toString(id));
            own.put("listeners", "PLAINTEXT://" + kafka);
            own.put("rpc.listener", rpc);
            own.put("quorum.bootstrap.servers", String.join(",", rpcOfQuorum));
            // Where there are few processors, connections are on the partitions' threads by default: here are both.
            if (id % 2 == 0) own.put("num.network.threads", "2");
            own.put("log.dirs", logDirectories(id).stream().map(Path::toString).collect(Collectors.joining(",")));
            bootstrap.add(kafka);
            rpcOfBrokers.add(rpc);
            brokers.put(id, server(distribution, directory, "broker-" + id, own, List.of()));
        }
    }

    private NodeProcess server(
            Distribution distribution, Path directory, String name, Map<String, String> own, List<String> firstStart) {
        String http = place.address(name) + ":" + ports.free();
        Map<String, String> all = new LinkedHashMap<>(own);
        all.put("cluster.id", "system-test");
        all.put("http.listener", http);
        all.putAll(settings);
        Path file = directory.resolve(name + ".properties");
        writeProperties(file, all);
        List<String> command = distribution.command(List.of("server", "--config", file.toString()));
        return new NodeProcess(name, place.command(name, command), firstStart, directory.resolve(name + ".log"), http);
    }

    static void writeProperties(Path file, Map<String, String> properties) {
        String text = properties.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path directory) {
        if (!Files.exists(directory)) return;
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
    }
}
