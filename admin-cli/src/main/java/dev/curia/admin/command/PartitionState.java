package dev.curia.admin.command;

import dev.curia.proto.admin.v1.PartitionDescription;

/** How a partition is, in a word. Stateless. */
final class PartitionState {
    private PartitionState() {}

    /** How many must be in sync for writes that ask all: never more than there are. */
    static int minIsr(PartitionDescription partition, int minInsyncReplicas) {
        return Math.min(minInsyncReplicas, partition.getReplicasCount());
    }

    /** Replicas that a move only brings do not count. */
    static boolean isUnderReplicated(PartitionDescription partition) {
        return partition.getIsrCount() < partition.getReplicasCount() - partition.getAddingCount();
    }

    /** The worst of what is wrong. */
    static String of(PartitionDescription partition, int minInsyncReplicas) {
        if (partition.getLeader() < 0) return "offline";
        if (partition.getIsrCount() < minIsr(partition, minInsyncReplicas)) return "under-min-isr";
        if (isUnderReplicated(partition)) return "under-replicated";
        return partition.getAddingCount() + partition.getRemovingCount() > 0 ? "moving" : "ok";
    }
}
