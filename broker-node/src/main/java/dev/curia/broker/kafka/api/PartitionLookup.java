package dev.curia.broker.kafka.api;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** From a partition as a client names it to the replica here, or to the reason why there is none. Thread-safe. */
final class PartitionLookup {
    private final ClusterView cluster;
    private final Replicas replicas;

    PartitionLookup(ClusterView cluster, Replicas replicas) {
        this.cluster = cluster;
        this.replicas = replicas;
    }

    /**
     * @param error NONE exactly when there is a replica
     * @param topic as the cluster knows it; empty when it doesn't
     */
    record Found(
            Errors error,
            Optional<Topic> topic,
            int partition,
            @Nullable Replica replica) {
        /** As whoever may not see the partition is told. */
        Found refused() {
            return new Found(Errors.TOPIC_AUTHORIZATION_FAILED, topic, partition, null);
        }
    }

    Found byName(String name, int partition) {
        return find(cluster.image().topic(name), partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    Found byId(Uuid id, int partition) {
        return find(cluster.image().topic(id), partition, Errors.UNKNOWN_TOPIC_ID);
    }

    MetadataImage image() {
        return cluster.image();
    }

    MetadataImage newestImage() {
        return cluster.newest();
    }

    private Found find(Optional<Topic> topic, int partition, Errors ifUnknown) {
        if (topic.isEmpty()) return new Found(ifUnknown, topic, partition, null);
        if (topic.get().partition(partition).isEmpty()) {
            return new Found(Errors.UNKNOWN_TOPIC_OR_PARTITION, topic, partition, null);
        }
        return replicas.find(new PartitionId(topic.get().id(), partition))
                .map(replica -> new Found(Errors.NONE, topic, partition, replica))
                .orElseGet(() -> new Found(Errors.NOT_LEADER_OR_FOLLOWER, topic, partition, null));
    }
}
