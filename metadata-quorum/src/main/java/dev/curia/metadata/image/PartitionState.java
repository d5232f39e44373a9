package dev.curia.metadata.image;

import java.util.List;

/**
 * Who holds and who leads a partition. Immutable.
 *
 * @param replicas assigned brokers, preferred leader first
 * @param isr in-sync replicas, a subset of {@code replicas}
 * @param eligibleLeaders replicas outside the ISR that hold everything committed (KIP-966)
 * @param leader {@link #NO_LEADER} when none can lead
 * @param leaderEpoch rises with every new leader
 * @param partitionEpoch rises with every change; guards ISR proposals
 */
public record PartitionState(
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> eligibleLeaders,
        int leader,
        int leaderEpoch,
        int partitionEpoch) {
    public static final int NO_LEADER = -1;

    public PartitionState {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        eligibleLeaders = List.copyOf(eligibleLeaders);
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }
}
