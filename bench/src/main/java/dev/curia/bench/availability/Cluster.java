package dev.curia.bench.availability;

import dev.curia.common.time.SystemClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/** Three brokers and three quorum nodes, apart or each two in one process, with one topic. Not thread-safe. */
final class Cluster implements AutoCloseable {
    private static final SystemClock CLOCK = new SystemClock();
    static final int NODES = 3;
    static final String TOPIC = "availability";
    static final int PARTITIONS = 6;
    private static final long PATIENCE_SECONDS = 90;
    private static final int FIRST_PORT = 12_000;
    private static final int PORTS = 18_000;

    private final Product product;
    private final List<Product.Place> places = new ArrayList<>();
    private final Map<Integer, NodeProcess> nodes = new TreeMap<>();
    private final Admin admin;

    Cluster(Product product, boolean combined, Path directory) {
        this.product = product;
        // Below the range of outgoing connections, and different from one cluster to the next.
        int port = FIRST_PORT + (int) (CLOCK.monotonicNanos() / 1_000_000 % PORTS / 100 * 100);
        for (int i = 1; i <= NODES; i++, port += 10) {
            places.add(new Product.Place(i, true, combined, port, port + 1, port + 3, port + 4));
            if (!combined) places.add(new Product.Place(100 + i, false, true, port + 5, port + 6, port + 7, port + 8));
        }
        for (Product.Place place : places) nodes.put(place.id(), lay(place, directory.resolve("node-" + place.id())));
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000));
    }

    private NodeProcess lay(Product.Place place, Path directory) {
        try {
            Files.createDirectories(directory);
            Path settings = directory.resolve("server.properties");
            String text = product.settings(place, places, directory.resolve("data")).entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                    .collect(Collectors.joining());
            Files.writeString(settings, text, StandardCharsets.UTF_8);
            Path log = directory.resolve("node.log");
            product.format(place, settings, log);
            return new NodeProcess(product.command(place, settings), product.environment(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String bootstrapServers() {
        return places.stream()
                .filter(Product.Place::broker)
                .map(place -> "127.0.0.1:" + place.kafka())
                .collect(Collectors.joining(","));
    }

    /** Starts everything and makes the topic. */
    void start() {
        nodes.values().forEach(NodeProcess::heal);
        NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) NODES).configs(Map.of("min.insync.replicas", "2"));
        await("the topic", () -> {
            nodes.forEach((id, node) -> {
                if (!node.isAlive()) throw new IllegalStateException("node " + id + " has ended, see " + node.log());
            });
            try {
                if (admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() < NODES) return false;
                if (admin.listTopics().names().get(5, TimeUnit.SECONDS).contains(TOPIC)) return true;
                admin.createTopics(List.of(topic)).all().get(10, TimeUnit.SECONDS);
                return true;
            } catch (ExecutionException | TimeoutException e) {
                return false;
            }
        });
        awaitWhole();
    }

    /** Everything runs, all replicas are in sync, and the preferred ones lead, when this returns. */
    void heal() {
        nodes.values().forEach(NodeProcess::heal);
        awaitWhole();
    }

    private void awaitWhole() {
        await(
                "all replicas in sync",
                () -> describe().stream().allMatch(p -> p.isr().size() == NODES));
        await("the preferred leaders", () -> {
            try {
                admin.electLeaders(ElectionType.PREFERRED, null).partitions().get(5, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                return false;
            }
            return describe().stream()
                    .allMatch(p -> p.leader() != null
                            && p.leader().id() == p.replicas().get(0).id());
        });
        quorumLeader();
    }

    /** The broker that leads the first partition. */
    int leader() {
        int[] found = {-1};
        await("a leader", () -> {
            Node leader = describe().get(0).leader();
            if (leader != null) found[0] = leader.id();
            return found[0] >= 0;
        });
        return found[0];
    }

    int quorumLeader() {
        OptionalInt[] found = {OptionalInt.empty()};
        await("a quorum leader", () -> {
            found[0] = product.quorumLeader(admin, places);
            return found[0].isPresent();
        });
        return found[0].getAsInt();
    }

    NodeProcess broker(int id) {
        return node(id);
    }

    NodeProcess quorumNode(int id) {
        return node(id);
    }

    private NodeProcess node(int id) {
        NodeProcess node = nodes.get(id);
        if (node == null) throw new IllegalArgumentException("no node " + id);
        return node;
    }

    private List<TopicPartitionInfo> describe() {
        try {
            return admin.describeTopics(List.of(TOPIC))
                    .allTopicNames()
                    .get(10, TimeUnit.SECONDS)
                    .values()
                    .iterator()
                    .next()
                    .partitions();
        } catch (ExecutionException | TimeoutException e) {
            return List.of(new TopicPartitionInfo(0, null, List.of(), List.of()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private interface Check {
        boolean holds() throws InterruptedException;
    }

    private void await(String what, Check check) {
        long start = CLOCK.monotonicNanos();
        BooleanSupplier holds = () -> {
            try {
                return check.holds();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        };
        while (!holds.getAsBoolean()) {
            if (CLOCK.monotonicNanos() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                throw new IllegalStateException(product.name() + ": not within " + PATIENCE_SECONDS + " s: " + what);
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** The product's name. */
    @Override
    public String toString() {
        return product.name();
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        nodes.values().forEach(NodeProcess::close);
    }
}
