package dev.curia.metadata.image;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import java.util.Map;
import java.util.Set;

/**
 * What differs between two images, by name; look the new state up in the image. Immutable.
 *
 * @param brokers registered, changed or unregistered
 * @param createdTopics and every one of their partitions is in {@code partitions}
 * @param removedTopics as they were
 * @param partitions created or changed, not those of removed topics
 * @param scramUsers whose credentials were set or removed
 * @param acls in one of the images only
 */
public record MetadataDelta(
        Set<Integer> brokers,
        Set<Uuid> createdTopics,
        Map<Uuid, Topic> removedTopics,
        Set<PartitionId> partitions,
        Set<ConfigResource> configs,
        Set<QuotaEntity> quotas,
        Set<String> scramUsers,
        Set<Acl> acls) {
    public MetadataDelta {
        brokers = Set.copyOf(brokers);
        createdTopics = Set.copyOf(createdTopics);
        removedTopics = Map.copyOf(removedTopics);
        partitions = Set.copyOf(partitions);
        configs = Set.copyOf(configs);
        quotas = Set.copyOf(quotas);
        scramUsers = Set.copyOf(scramUsers);
        acls = Set.copyOf(acls);
    }

    /** What leads from one image to another when the records in between are not known, as after a snapshot. */
    public static MetadataDelta between(MetadataImage from, MetadataImage to) {
        return ImageDifference.between(from, to);
    }

    public boolean isEmpty() {
        return brokers.isEmpty()
                && createdTopics.isEmpty()
                && removedTopics.isEmpty()
                && partitions.isEmpty()
                && configs.isEmpty()
                && quotas.isEmpty()
                && scramUsers.isEmpty()
                && acls.isEmpty();
    }
}
