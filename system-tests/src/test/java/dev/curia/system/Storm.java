package dev.curia.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faults of processes and links in an order that comes from a seed; when they strike, relative to what the nodes do, does not. Each
 * step adds a fault or mends some, and is logged. None of them is beyond what the product promises to survive. Not thread-safe.
 */
final class Storm {
    private static final Logger LOG = LoggerFactory.getLogger(Storm.class);

    private final Network network;
    private final LocalCluster cluster;
    private final long seed;
    private final Random random;
    private int steps;

    Storm(Network network, LocalCluster cluster, long seed) {
        this.network = network;
        this.cluster = cluster;
        this.seed = seed;
        this.random = new Random(seed);
        LOG.info("SEED {}, repeat with -Dcheck.seed={}", seed, seed);
    }

    /** Does the next thing. */
    void step() {
        steps++;
        List<NodeProcess> nodes = cluster.nodes();
        NodeProcess node = nodes.get(random.nextInt(nodes.size()));
        NodeProcess broker =
                cluster.brokers().get(random.nextInt(cluster.brokers().size()));
        NodeProcess other = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(12)) {
            case 0, 1 -> kill(node);
            case 2 -> pause(node);
            case 3 -> did("isolate " + node.name(), () -> network.isolate(node.name()));
            case 4 ->
                did("isolate from brokers " + broker.name(), () -> network.isolate(broker.name(), brokersBut(broker)));
            case 5 ->
                did(
                        "cut from " + node.name() + " to " + other.name(),
                        () -> network.cutOneWay(node.name(), other.name()));
            case 6 ->
                did(
                        "cut from " + broker.name() + " to clients",
                        () -> network.cutOneWay(broker.name(), Network.CLIENTS));
            case 7 -> did("slow link to " + node.name(), () -> network.slow(node.name(), 200, 1_000));
            case 8 -> restart(broker);
            case 9, 10 -> did("heal links", network::heal);
            default -> did("heal processes", this::healProcesses);
        }
    }

    /** How long to wait before the next. */
    Duration pause() {
        return Duration.ofMillis(200 + random.nextInt(3_000));
    }

    @Override
    public String toString() {
        return steps + " steps of seed " + seed;
    }

    private void kill(NodeProcess node) {
        if (node.isAlive()) did("kill " + node.name(), node::kill);
        else did("start " + node.name(), node::start);
    }

    private void pause(NodeProcess node) {
        if (node.isAlive()) did("pause " + node.name(), node::pause);
    }

    /** As an operator would: asks first, and does it only with the leave to. */
    private void restart(NodeProcess broker) {
        if (!broker.isAlive()) return;
        String id = broker.name().substring(broker.name().indexOf('-') + 1);
        broker.resume();
        Command.Result leave = Curia.forCluster(cluster).attempt("brokers", "safe-to-stop", id, "--acquire");
        if (leave.exitCode() != 0) {
            LOG.info(
                    "step {}: no leave to restart {}: {}",
                    steps,
                    broker.name(),
                    leave.text().strip());
            return;
        }
        did("restart " + broker.name(), () -> {
            broker.terminate();
            broker.start();
        });
    }

    private void healProcesses() {
        for (NodeProcess node : cluster.nodes()) {
            if (node.isAlive()) node.resume();
            else node.start();
        }
    }

    private List<String> brokersBut(NodeProcess broker) {
        List<String> names = new ArrayList<>();
        for (NodeProcess each : cluster.brokers()) if (each != broker) names.add(each.name());
        return names;
    }

    private void did(String what, Runnable task) {
        LOG.info("step {}: {}", steps, what);
        task.run();
    }
}
