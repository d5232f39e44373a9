package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;

/**
 * Which replicas can be used, as far as their brokers have said. A decision's argument: brokers report it to the controller of the day, and
 * it is not part of the metadata. A replica that is not online is neither elected nor taken into an ISR.
 */
@FunctionalInterface
public interface OnlineReplicas {
    /** False for a replica that its broker reports as offline, and for all of a broker that has not reported to this controller yet. */
    boolean isOnline(int brokerId, PartitionId partition);
}
