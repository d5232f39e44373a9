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
 * @param fenced of the replicas, those whose broker is fenced: the controller would refuse them in the ISR
 * @param move what a move brings, {@link Move#NONE} while the partition stays where it is
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
        List<Integer> fenced,
        Move move,
        Map<String, String> config) {

    /**
     * A move to other brokers.
     *
     * @param adding of the replicas, those that it brings
     * @param bytesPerSecond at most so much a leader sends to them until they are in sync, all moves of this rate together; 0: no bound
     */
    public record Move(List<Integer> adding, long bytesPerSecond) {
        public static final Move NONE = new Move(List.of(), 0);

        public Move {
            adding = List.copyOf(adding);
        }
    }

    public ReplicaAssignment {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        eligibleLeaders = List.copyOf(eligibleLeaders);
        fenced = List.copyOf(fenced);
        config = Map.copyOf(config);
        if (id.partition() != name.partition()) {
            throw new IllegalArgumentException("assignment of " + id + " is named " + name);
        }
    }

    /** Of a partition that does not move, whose replicas' brokers are all unfenced. */
    public ReplicaAssignment(
            PartitionId id,
            TopicPartition name,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            List<Integer> replicas,
            List<Integer> isr,
            List<Integer> eligibleLeaders,
            Map<String, String> config) {
        this(
                id,
                name,
                leader,
                leaderEpoch,
                partitionEpoch,
                replicas,
                isr,
                eligibleLeaders,
                List.of(),
                Move.NONE,
                config);
    }

    /** How many replicas there shall be: without those that a move is only bringing. */
    public int wantedReplicas() {
        return replicas.size() - move.adding().size();
    }

    /** Whether this broker is counted on: what its replica has may make it leader. */
    public boolean countsOn(int broker) {
        return isr.contains(broker) || eligibleLeaders.contains(broker);
    }
}
