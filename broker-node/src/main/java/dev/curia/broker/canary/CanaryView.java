package dev.curia.broker.canary;

import java.util.List;

/**
 * The cluster as far as the canary looks at it. Immutable.
 *
 * @param self this broker's id
 * @param brokers that are registered and in service: not drained, and not in maintenance
 * @param partitions of the canary's topic, partition n at place n; empty: there is no such topic yet
 */
public record CanaryView(int self, List<Broker> brokers, List<Partition> partitions) {
    public CanaryView {
        brokers = List.copyOf(brokers);
        partitions = List.copyOf(partitions);
    }

    /** @param alive not fenced */
    public record Broker(int id, boolean alive) {}

    /**
     * @param replicas preferred leader first
     * @param leader -1: none
     */
    public record Partition(List<Integer> replicas, List<Integer> inSync, int leader, boolean moving) {
        int preferred() {
            return replicas.get(0);
        }
    }
}
