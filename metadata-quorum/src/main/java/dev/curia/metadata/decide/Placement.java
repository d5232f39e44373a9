package dev.curia.metadata.decide;

import dev.curia.metadata.image.BrokerRegistration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chooses brokers for new partitions: leaders go round the brokers, neighbours of the round are in different racks, and each further
 * replica goes to the rack that holds fewest of the partition's replicas, in it to the broker that got fewest so far. Used once, for
 * the partitions of one topic.
 */
final class Placement {
    private final List<BrokerRegistration> ring;
    private final int start;
    private final Map<Integer, Integer> load = new HashMap<>();

    /**
     * @param alive brokers to choose from, at least one
     * @param start where the round begins, {@code >= 0}; random, so that single-partition topics spread too
     */
    Placement(Collection<BrokerRegistration> alive, int start) {
        if (alive.isEmpty()) throw new IllegalArgumentException("no broker to place replicas on");
        this.ring = interleaveRacks(alive);
        this.start = start % ring.size();
    }

    /**
     * For further partitions of a topic: the round goes on where it stood.
     *
     * @param partitions how many there are
     * @param lastLeader the preferred leader of the last of them
     */
    static Placement after(Collection<BrokerRegistration> alive, int partitions, int lastLeader) {
        Placement fresh = new Placement(alive, 0);
        int at = 0;
        while (at < fresh.ring.size() && fresh.ring.get(at).id() != lastLeader) at++;
        return new Placement(alive, Math.floorMod(at + 1 - partitions, fresh.ring.size()));
    }

    /** Replicas of each partition of a new topic; see {@link #place(int, int, int)}. */
    List<List<Integer>> place(int partitions, int replicationFactor) {
        return place(0, partitions, replicationFactor);
    }

    /**
     * Replicas of each partition, leader first; {@code 1 <= replicationFactor <=} number of brokers.
     *
     * @param first number of the first partition to place
     */
    List<List<Integer>> place(int first, int partitions, int replicationFactor) {
        if (replicationFactor < 1 || replicationFactor > ring.size()) {
            throw new IllegalArgumentException(
                    "replication factor " + replicationFactor + " with " + ring.size() + " brokers");
        }
        List<List<Integer>> placed = new ArrayList<>(partitions);
        for (int p = first; p < first + partitions; p++) {
            placed.add(replicas((start + p) % ring.size(), p, replicationFactor));
        }
        return placed;
    }

    private List<Integer> replicas(int leaderAt, int partition, int replicationFactor) {
        List<Integer> chosen = new ArrayList<>(replicationFactor);
        Map<String, Integer> racks = new HashMap<>();
        take(ring.get(leaderAt), chosen, racks);
        // Each round shifts the followers, so that a broker's followers are not always the same others.
        int first = leaderAt + 1 + partition / ring.size() % Math.max(1, ring.size() - 1);
        while (chosen.size() < replicationFactor) {
            take(next(first, chosen, racks), chosen, racks);
        }
        return List.copyOf(chosen);
    }

    private BrokerRegistration next(int first, List<Integer> chosen, Map<String, Integer> racks) {
        List<BrokerRegistration> candidates = new ArrayList<>(ring.size());
        for (int i = 0; i < ring.size(); i++) {
            BrokerRegistration broker = ring.get((first + i) % ring.size());
            if (!chosen.contains(broker.id())) candidates.add(broker);
        }
        Comparator<BrokerRegistration> byRack = Comparator.comparingInt(b -> racks.getOrDefault(rack(b), 0));
        return candidates.stream()
                .min(byRack.thenComparingInt(b -> load.getOrDefault(b.id(), 0)))
                .orElseThrow();
    }

    private void take(BrokerRegistration broker, List<Integer> chosen, Map<String, Integer> racks) {
        chosen.add(broker.id());
        racks.merge(rack(broker), 1, Integer::sum);
        load.merge(broker.id(), 1, Integer::sum);
    }

    /** One broker of each rack in turn, racks and brokers in order, so that equal clusters give equal rings. */
    private static List<BrokerRegistration> interleaveRacks(Collection<BrokerRegistration> brokers) {
        Map<String, List<BrokerRegistration>> racks = new TreeMap<>();
        brokers.stream()
                .sorted(Comparator.comparingInt(BrokerRegistration::id))
                .forEach(broker -> racks.computeIfAbsent(rack(broker), name -> new ArrayList<>())
                        .add(broker));
        List<BrokerRegistration> ring = new ArrayList<>(brokers.size());
        for (int turn = 0; ring.size() < brokers.size(); turn++) {
            for (List<BrokerRegistration> rack : racks.values()) if (turn < rack.size()) ring.add(rack.get(turn));
        }
        return ring;
    }

    private static String rack(BrokerRegistration broker) {
        return broker.rack().orElse("");
    }
}
