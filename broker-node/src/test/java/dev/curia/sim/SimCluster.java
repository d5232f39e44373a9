package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The machines: quorum nodes and brokers, which stop and start; what outlives their processes. */
final class SimCluster {
    static final String TOPIC = "t";
    static final Comparator<TopicPartition> BY_NAME = Comparator.comparing(TopicPartition::toString);
    private static final long START = 100 * World.MILLIS;
    private static final long RESTART_AFTER_FAILED_START = World.SECONDS;

    final World world;
    final SimNetwork network;
    final SimRaft raft;
    private final int brokerCount;
    final Parts parts;
    private final Consumer<SimBroker> onStart;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final Map<Integer, SimDisk> disks = new TreeMap<>();
    private final Map<Integer, SimBroker> running = new TreeMap<>();
    private final Map<Integer, SimQuorumNode> quorum = new TreeMap<>();
    private int processes;

    SimCluster(
            World world,
            int brokerCount,
            int partitionCount,
            Parts parts,
            Consumer<MetadataImage> onCommit,
            Consumer<SimBroker> onStart) {
        this.world = world;
        this.network = new SimNetwork(world);
        this.raft = new SimRaft(world, network, onCommit);
        this.brokerCount = brokerCount;
        this.parts = parts;
        this.onStart = onStart;
        for (int p = 0; p < partitionCount; p++) partitions.add(new TopicPartition(TOPIC, p));
    }

    void start() {
        for (int id = 1; id <= SimQuorumNode.COUNT; id++) startQuorumNode(id, 0);
        for (int id = 1; id <= brokerCount; id++) {
            disks.put(id, new SimDisk(world.fork()));
            startBroker(id, 0);
        }
    }

    SimProcess newProcess(String host) {
        return new SimProcess(world, host, ++processes);
    }

    List<TopicPartition> partitions() {
        return partitions;
    }

    int brokerCount() {
        return brokerCount;
    }

    List<SimBroker> brokers() {
        return List.copyOf(running.values());
    }

    Optional<SimBroker> broker(int id) {
        return Optional.ofNullable(running.get(id));
    }

    Optional<SimQuorumNode> quorumNode(int id) {
        return Optional.ofNullable(quorum.get(id));
    }

    SimDisk disk(int brokerId) {
        SimDisk disk = disks.get(brokerId);
        if (disk == null) throw new IllegalArgumentException("no broker " + brokerId);
        return disk;
    }

    List<String> hosts() {
        List<String> hosts = new ArrayList<>();
        for (int id = 1; id <= SimQuorumNode.COUNT; id++) hosts.add(SimQuorumNode.host(id));
        for (int id = 1; id <= brokerCount; id++) hosts.add(SimBroker.host(id));
        return hosts;
    }

    void startQuorumNode(int id, long delayNanos) {
        SimProcess process = newProcess(SimQuorumNode.host(id));
        process.after(delayNanos + process.random.nextLong(START), () -> {
            if (quorum.containsKey(id)) return;
            quorum.put(id, new SimQuorumNode(process, id, raft, network));
        });
    }

    void startBroker(int id, long delayNanos) {
        SimProcess process = newProcess(SimBroker.host(id));
        process.after(delayNanos + process.random.nextLong(START), () -> {
            if (running.containsKey(id)) return;
            try {
                network.powerOn(process.host);
                SimBroker broker = new SimBroker(process, id, this);
                running.put(id, broker);
                onStart.accept(broker);
            } catch (IOException e) {
                world.log("broker " + id + " cannot start: " + e);
                process.die();
                startBroker(id, RESTART_AFTER_FAILED_START);
            }
        });
    }

    /** The process dies where it stands. @return false: it was not running */
    boolean killBroker(int id, boolean powerLoss) {
        SimBroker broker = running.remove(id);
        if (broker == null) return false;
        broker.process.die();
        network.died(broker.process, powerLoss);
        if (powerLoss) disk(id).powerLoss();
        return true;
    }

    /** A clean stop, as by SIGTERM; does nothing when it does not run. */
    void stopBroker(int id, Runnable stopped) {
        SimBroker broker = running.get(id);
        if (broker == null) return;
        broker.stop(() -> {
            if (!killBroker(id, false)) return;
            parts.stopped(disk(id));
            stopped.run();
        });
    }

    boolean killQuorumNode(int id) {
        SimQuorumNode node = quorum.remove(id);
        if (node == null) return false;
        node.process.die();
        network.died(node.process, false);
        return true;
    }

    /** No process is paused, and no clock wrong. */
    void resumeAll() {
        running.values().forEach(broker -> {
            broker.process.resume();
            broker.process.jumpWallClock(0);
        });
        quorum.values().forEach(node -> node.process.resume());
    }

    /** Whether all run, and every replica is in sync. */
    boolean isWhole() {
        MetadataImage image = raft.committed();
        if (running.size() < brokerCount || quorum.size() < SimQuorumNode.COUNT) return false;
        if (!running.values().stream().allMatch(broker -> broker.isRegistered(image))) return false;
        for (TopicPartition partition : partitions) {
            PartitionState state = Checker.state(image, partition);
            if (state == null
                    || state.isMoving()
                    || !state.hasLeader()
                    || state.isr().size() < state.replicas().size()) return false;
        }
        return true;
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        for (SimBroker broker : running.values()) {
            for (TopicPartition partition : partitions) {
                text.append("\n    b")
                        .append(broker.id)
                        .append(' ')
                        .append(partition)
                        .append(": ");
                PartitionState told = Checker.state(broker.published.image(), partition);
                if (told != null)
                    text.append("told epoch ").append(told.partitionEpoch()).append(", has ");
                broker.replicas
                        .find(partition)
                        .ifPresentOrElse(
                                replica -> text.append(replica.view()),
                                () -> text.append("none; troubles ").append(broker.replicas.troubles()));
            }
        }
        for (TopicPartition partition : partitions)
            text.append("\n    metadata ")
                    .append(partition)
                    .append(": ")
                    .append(Checker.state(raft.committed(), partition));
        for (int id = 1; id <= brokerCount; id++)
            text.append("\n    ").append(raft.committed().broker(id));
        return text.toString();
    }
}
