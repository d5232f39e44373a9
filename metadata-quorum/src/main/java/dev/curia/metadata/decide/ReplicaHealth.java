package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;

/**
 * Which replicas can be used, as far as their brokers have said. A decision's argument: brokers report it to the controller of the day, and
 * it is not part of the metadata.
 */
@FunctionalInterface
public interface ReplicaHealth {
    /**
     * False for a replica that its broker reports as offline, and for all of a broker that has not reported to this controller yet: it is neither
     * elected nor taken into an ISR.
     */
    boolean isOnline(int brokerId, PartitionId partition);

    /** Whether the replica takes no appends, since its disk is full: it gives way to others that do. */
    default boolean isFull(int brokerId, PartitionId partition) {
        return false;
    }

    /** Whether the broker takes new replicas: none of its disks is known to be full. */
    default boolean hasRoom(int brokerId) {
        return true;
    }

    /** Whether any replica is full. */
    default boolean anyFull() {
        return false;
    }
}
