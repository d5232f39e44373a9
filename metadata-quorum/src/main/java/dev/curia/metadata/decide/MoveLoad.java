package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How many replicas and how many moves each broker has, those that a plan begins included. Confined to one plan. */
final class MoveLoad {
    private final MetadataImage image;
    private final int movesPerBroker;
    private final Map<Integer, Integer> replicas = new HashMap<>(); // when all moves are over
    private final Map<Integer, Integer> preferred = new HashMap<>();
    private final Map<Integer, Integer> moves = new HashMap<>();

    /** @param movesPerBroker at once, at least 1 */
    MoveLoad(MetadataImage image, int movesPerBroker) {
        this.image = image;
        this.movesPerBroker = movesPerBroker;
        for (Topic topic : image.topics()) {
            for (PartitionState state : topic.partitions()) {
                List<Integer> target = target(state);
                target.forEach(broker -> add(replicas, broker, 1));
                if (!target.isEmpty()) add(preferred, target.get(0), 1);
            }
        }
        for (PartitionId id : image.moving()) {
            PartitionState state = image.partition(id).orElseThrow();
            state.adding().forEach(broker -> add(moves, broker, 1));
            state.removing().forEach(broker -> add(moves, broker, 1));
        }
    }

    /** The replicas at the end of the partition's move; those that it has when it does not move. */
    static List<Integer> target(PartitionState state) {
        return without(state.replicas(), state.removing());
    }

    static List<Integer> without(List<Integer> ids, List<Integer> others) {
        return ids.stream().filter(id -> !others.contains(id)).toList();
    }

    int replicas(int broker) {
        return replicas.getOrDefault(broker, 0);
    }

    int preferred(int broker) {
        return preferred.getOrDefault(broker, 0);
    }

    /** Counts the move if no broker gets more of them than it may have; otherwise the first that would. */
    Optional<Integer> begin(List<Integer> from, List<Integer> to) {
        List<Integer> involved = new ArrayList<>(without(from, to));
        involved.addAll(without(to, from));
        involved.removeIf(broker -> !image.isAlive(broker)); // whoever is away has no work with it
        for (int broker : involved) {
            if (moves.getOrDefault(broker, 0) >= movesPerBroker) return Optional.of(broker);
        }
        involved.forEach(broker -> add(moves, broker, 1));
        return Optional.empty();
    }

    /** The plan gives a partition other replicas, now or later. */
    void planned(List<Integer> from, List<Integer> to) {
        from.forEach(broker -> add(replicas, broker, -1));
        to.forEach(broker -> add(replicas, broker, 1));
        add(preferred, from.get(0), -1);
        add(preferred, to.get(0), 1);
    }

    private static void add(Map<Integer, Integer> counts, int broker, int by) {
        counts.merge(broker, by, Integer::sum);
    }
}
