package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.PartitionState;
import dev.curia.replica.Replica;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What every client of one partition does: finds the leader in the metadata of some broker, sends it a request, waits for the answer with a
 * limit, and looks for the leader again when that failed. A request given up may still arrive.
 */
abstract class SimClient {
    private static final long PATIENCE = 1500 * World.MILLIS;
    private static final long BACKOFF = 50 * World.MILLIS;

    final SimProcess process;
    final TopicPartition partition;
    final SplittableRandom random;
    final SimCluster cluster;
    private long attempt;
    private int leader = -1;
    private OptionalInt leaderEpoch = OptionalInt.empty();

    SimClient(SimCluster cluster, SimProcess process, TopicPartition partition) {
        this.cluster = cluster;
        this.process = process;
        this.partition = partition;
        this.random = process.random;
    }

    World world() {
        return process.world;
    }

    /** Next turn; ends with {@link #again} or {@link #findLeader}, or not at all. */
    abstract void turn();

    void again(long delayNanos) {
        process.after(delayNanos, this::turn);
    }

    OptionalInt leaderEpoch() {
        return leaderEpoch;
    }

    /** Asks any broker who leads, then takes its turn. */
    void findLeader() {
        long mine = ++attempt;
        process.after(PATIENCE, () -> {
            if (attempt == mine) findLeader();
        });
        List<SimBroker> brokers = cluster.brokers();
        if (brokers.isEmpty()) return;
        SimBroker asked = brokers.get(random.nextInt(brokers.size()));
        cluster.network.send(process, asked.process, () -> {
            PartitionState state = Checker.state(asked.published.image(), partition);
            cluster.network.send(asked.process, process, () -> {
                if (attempt != mine) return;
                attempt++;
                // As Kafka's clients do: what is older than what it knew before is not believed.
                if (state == null || !state.hasLeader() || state.leaderEpoch() < leaderEpoch.orElse(-1)) {
                    process.after(BACKOFF + random.nextLong(BACKOFF), this::findLeader);
                    return;
                }
                leader = state.leader();
                leaderEpoch = OptionalInt.of(state.leaderEpoch());
                turn();
            });
        });
    }

    /**
     * Sends the leader a request; {@code request} runs there, with the way to answer. Without an answer in time the leader is looked for again.
     */
    <T> void ask(BiConsumer<Replica, Consumer<T>> request, Consumer<T> answered) {
        long mine = ++attempt;
        process.after(PATIENCE, () -> {
            if (attempt == mine) findLeader();
        });
        Optional<SimBroker> to = cluster.broker(leader);
        if (to.isEmpty()) {
            lookElsewhere();
            return;
        }
        SimProcess server = to.get().process;
        cluster.network.send(process, server, () -> {
            Optional<Replica> replica = to.get().replicas.find(partition);
            Consumer<T> back = answer -> cluster.network.send(server, process, () -> {
                if (attempt != mine) return;
                attempt++;
                answered.accept(answer);
            });
            if (replica.isPresent()) request.accept(replica.get(), back);
            else
                cluster.network.send(server, process, () -> {
                    if (attempt == mine) lookElsewhere();
                });
        });
    }

    void lookElsewhere() {
        attempt++;
        process.after(BACKOFF + random.nextLong(BACKOFF), this::findLeader);
    }
}
