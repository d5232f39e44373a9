package dev.curia.replica;

import dev.curia.common.id.PartitionId;
import java.util.Map;
import java.util.Set;

/**
 * The replicas of this broker that are not as they should be, for the controller. Immutable.
 *
 * @param version rises with each change; 0: none ever was
 * @param offlineSince those that cannot be used, each with the first version that named it without a break
 * @param full those that take no appends, since their disk is full
 */
public record ReplicaTroubles(long version, Map<PartitionId, Long> offlineSince, Set<PartitionId> full) {
    public ReplicaTroubles {
        offlineSince = Map.copyOf(offlineSince);
        full = Set.copyOf(full);
    }
}
