package dev.curia.replica;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.Map;

/**
 * What the cluster's metadata says of a partition that this broker holds. Immutable.
 *
 * @param leader broker id, -1: none
 * @param leaderEpoch rises with every new leader
 * @param partitionEpoch rises with every change of leader, ISR or replicas
 * @param replicas assigned brokers, preferred leader first
 * @param isr in-sync replicas, a subset of {@code replicas}
 * @param eligibleLeaders replicas outside of the ISR that may be elected; while there are any the leader commits nothing more (KIP-966)
 * @param config the topic's settings in effect: overrides over broker defaults; what is absent has its default
 */
public record ReplicaAssignment(
        PartitionId id,
        TopicPartition name,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> eligibleLeaders,
        Map<String, String> config) {
    public ReplicaAssignment {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        eligibleLeaders = List.copyOf(eligibleLeaders);
        config = Map.copyOf(config);
        if (id.partition() != name.partition()) {
            throw new IllegalArgumentException("assignment of " + id + " is named " + name);
        }
    }

    /** Whether this broker is counted on: what its replica has may make it leader. */
    public boolean countsOn(int broker) {
        return isr.contains(broker) || eligibleLeaders.contains(broker);
    }
}
