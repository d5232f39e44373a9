package dev.curia.bench.availability;

import dev.curia.bench.product.Layout;
import dev.curia.bench.product.NodeProcess;
import dev.curia.bench.product.Product;
import dev.curia.bench.product.Servers;
import dev.curia.bench.product.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/** Three brokers and three quorum nodes, apart or each two in one process, with one topic. Not thread-safe. */
final class Cluster implements AutoCloseable {
    static final int NODES = 3;
    static final String TOPIC = "availability";
    static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Servers servers;
    private final Admin admin;

    Cluster(Product product, Layout layout, Path directory) {
        servers = new Servers(product, layout, directory);
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000));
    }

    String bootstrapServers() {
        return servers.bootstrapServers();
    }

    /** Starts everything and makes the topic. */
    void start() {
        servers.heal();
        NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) NODES).configs(Map.of("min.insync.replicas", "2"));
        await("the topic", () -> {
            servers.checkAlive();
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
        servers.heal();
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
            found[0] = servers.quorumLeader(admin);
            return found[0].isPresent();
        });
        return found[0].getAsInt();
    }

    NodeProcess broker(int id) {
        return servers.node(id);
    }

    NodeProcess quorumNode(int id) {
        return servers.node(id);
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
        Waits.until(servers + ": " + what, PATIENCE, () -> {
            try {
                return check.holds();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        });
    }

    /** The product's name. */
    @Override
    public String toString() {
        return servers.toString();
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        servers.close();
    }
}
