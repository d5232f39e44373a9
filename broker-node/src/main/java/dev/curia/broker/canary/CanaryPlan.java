package dev.curia.broker.canary;

import dev.curia.broker.canary.CanaryView.Broker;
import dev.curia.broker.canary.CanaryView.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is to be done so that each broker leads a partition of the canary's topic. Pure.
 *
 * @param create replicas of partitions to be added, in order; with the topic, when there are none yet
 * @param widen replicas of partitions that have fewer copies than there could be, by partition
 * @param elect partitions whose preferred leader could lead, and does not
 */
record CanaryPlan(List<List<Integer>> create, Map<Integer, List<Integer>> widen, List<Integer> elect) {
    /** As many copies of a partition as are usual for what matters: so that the canary goes through replication, too. */
    static final int REPLICAS = 3;

    private static final CanaryPlan NOTHING = new CanaryPlan(List.of(), Map.of(), List.of());

    /** Nothing unless this broker is the one to do it: the first that is alive. */
    static CanaryPlan of(CanaryView view) {
        List<Integer> alive = view.brokers().stream()
                .filter(Broker::alive)
                .map(Broker::id)
                .sorted()
                .toList();
        if (alive.isEmpty() || alive.get(0) != view.self()) return NOTHING;
        List<List<Integer>> create = new ArrayList<>();
        for (int broker : alive) {
            if (view.partitions().stream().noneMatch(partition -> partition.preferred() == broker))
                create.add(replicas(broker, alive));
        }
        Map<Integer, List<Integer>> widen = new TreeMap<>();
        List<Integer> elect = new ArrayList<>();
        for (int i = 0; i < view.partitions().size(); i++) {
            Partition partition = view.partitions().get(i);
            int preferred = partition.preferred();
            if (!alive.contains(preferred)) continue;
            if (partition.leader() != preferred && partition.inSync().contains(preferred)) elect.add(i);
            boolean fewer = partition.replicas().size() < Math.min(REPLICAS, alive.size());
            if (fewer && !partition.moving()) widen.put(i, replicas(preferred, alive));
        }
        return new CanaryPlan(create, widen, elect);
    }

    boolean isEmpty() {
        return create.isEmpty() && widen.isEmpty() && elect.isEmpty();
    }

    /** The broker and those that follow it, round the circle. */
    private static List<Integer> replicas(int broker, List<Integer> alive) {
        int at = alive.indexOf(broker);
        return Stream.concat(alive.subList(at, alive.size()).stream(), alive.subList(0, at).stream())
                .limit(REPLICAS)
                .toList();
    }
}
