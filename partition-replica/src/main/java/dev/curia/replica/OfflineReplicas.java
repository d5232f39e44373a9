package dev.curia.replica;

import dev.curia.common.id.PartitionId;
import java.util.Map;

/**
 * The replicas of this broker that cannot be used, for the controller. Immutable.
 *
 * @param version rises with each change; 0: none was ever offline
 * @param since for each of them, the first version that named it without a break
 */
public record OfflineReplicas(long version, Map<PartitionId, Long> since) {
    public OfflineReplicas {
        since = Map.copyOf(since);
    }
}
