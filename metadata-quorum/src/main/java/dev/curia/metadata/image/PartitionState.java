package dev.curia.metadata.image;

import java.util.List;

/**
 * Who holds and who leads a partition. Immutable.
 *
 * @param replicas assigned brokers, preferred leader first; while the partition moves (KIP-455) the old and the new ones
 * @param isr in-sync replicas, a subset of {@code replicas}
 * @param eligibleLeaders replicas outside the ISR that hold everything committed (KIP-966); while there are any nothing more is committed
 * @param lastKnownEligible without a leader, those that held everything committed until an unclean stop. When nobody is left in the ISR the
 *     longest log is sought among them
 * @param leader {@link #NO_LEADER} when none can lead
 * @param leaderEpoch rises with every new leader
 * @param partitionEpoch rises with every change; guards ISR proposals
 * @param adding of the replicas, those that a move brings
 * @param removing of the replicas, those that go when all of {@code adding} are in sync
 * @param moveBytesPerSecond what a leader sends at most to {@code adding} until they are in sync, all moves of this rate together; 0: no bound
 */
public record PartitionState(
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> eligibleLeaders,
        List<Integer> lastKnownEligible,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        List<Integer> adding,
        List<Integer> removing,
        long moveBytesPerSecond) {
    public static final int NO_LEADER = -1;

    public PartitionState {
        replicas = List.copyOf(replicas);
        isr = isr.equals(replicas) ? replicas : List.copyOf(isr); // as nearly always: one list in memory
        eligibleLeaders = List.copyOf(eligibleLeaders);
        lastKnownEligible = List.copyOf(lastKnownEligible);
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
        if (adding.isEmpty() && removing.isEmpty()) moveBytesPerSecond = 0;
    }

    /** Without a throttle. */
    public PartitionState(
            List<Integer> replicas,
            List<Integer> isr,
            List<Integer> eligibleLeaders,
            List<Integer> lastKnownEligible,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            List<Integer> adding,
            List<Integer> removing) {
        this(
                replicas,
                isr,
                eligibleLeaders,
                lastKnownEligible,
                leader,
                leaderEpoch,
                partitionEpoch,
                adding,
                removing,
                0);
    }

    /** One that does not move. */
    public PartitionState(
            List<Integer> replicas,
            List<Integer> isr,
            List<Integer> eligibleLeaders,
            int leader,
            int leaderEpoch,
            int partitionEpoch) {
        this(replicas, isr, eligibleLeaders, List.of(), leader, leaderEpoch, partitionEpoch, List.of(), List.of());
    }

    public PartitionState withMoveBytesPerSecond(long bytes) {
        return new PartitionState(
                replicas,
                isr,
                eligibleLeaders,
                lastKnownEligible,
                leader,
                leaderEpoch,
                partitionEpoch,
                adding,
                removing,
                bytes);
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    public boolean isMoving() {
        return !adding.isEmpty() || !removing.isEmpty();
    }

    /** How many must be in sync for writes that ask all: never more than there are. */
    public int minIsr(int minInsyncReplicas) {
        return Math.min(minInsyncReplicas, replicas.size());
    }

    /** Whether replicas are missing from the ISR that are not only on their way. */
    public boolean isUnderReplicated() {
        return isr.size() < replicas.size() - adding.size();
    }
}
