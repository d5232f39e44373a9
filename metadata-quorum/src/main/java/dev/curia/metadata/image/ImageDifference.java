package dev.curia.metadata.image;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import dev.curia.metadata.acl.Acls;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares two images whose records in between are not known, as after a snapshot. Pure. */
final class ImageDifference {
    private ImageDifference() {}

    static MetadataDelta between(MetadataImage from, MetadataImage to) {
        Set<Uuid> created = new HashSet<>();
        Set<PartitionId> partitions = new HashSet<>();
        to.topics.forEach((id, topic) -> {
            Topic old = from.topics.get(id);
            if (old == null) created.add(id);
            if (!topic.equals(old)) addChangedPartitions(old, topic, partitions);
        });
        Map<Uuid, Topic> removed = new HashMap<>(from.topics);
        removed.keySet().removeAll(to.topics.keySet());
        return new MetadataDelta(
                changedKeys(from.brokers, to.brokers),
                created,
                removed,
                partitions,
                changedKeys(from.configs, to.configs),
                changed(from.clientQuotas, to.clientQuotas),
                changedKeys(from.scram.byUser, to.scram.byUser),
                changed(from.acls, to.acls));
    }

    private static void addChangedPartitions(@Nullable Topic old, Topic now, Set<PartitionId> into) {
        for (int p = 0; p < now.partitions().size(); p++) {
            boolean same = old != null
                    && old.partition(p).filter(now.partitions().get(p)::equals).isPresent();
            if (!same) into.add(new PartitionId(now.id(), p));
        }
    }

    private static Set<QuotaEntity> changed(ClientQuotas from, ClientQuotas to) {
        Set<QuotaEntity> entities = new HashSet<>(from.entities());
        entities.addAll(to.entities());
        entities.removeIf(entity -> from.of(entity).equals(to.of(entity)));
        return entities;
    }

    private static Set<Acl> changed(Acls from, Acls to) {
        Set<Acl> acls = new HashSet<>(from.all());
        acls.addAll(to.all());
        acls.removeIf(acl -> from.contains(acl) == to.contains(acl));
        return acls;
    }

    private static <K, V> Set<K> changedKeys(Map<K, V> from, Map<K, V> to) {
        Set<K> keys = new HashSet<>(from.keySet());
        keys.addAll(to.keySet());
        keys.removeIf(key -> Objects.equals(from.get(key), to.get(key)));
        return keys;
    }
}
