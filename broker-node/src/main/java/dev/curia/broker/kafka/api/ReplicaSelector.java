package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.replica.Replica.View;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which replica a consumer should read from (KIP-392). By rack: the leader sends a consumer of another rack to a replica in the consumer's
 * own, if one is in sync there. A replica in sync has all that the leader lets consumers read. Pure.
 */
enum ReplicaSelector {
    LEADER {
        @Override
        OptionalInt elsewhere(View leader, int partition, MetadataImage image, String rack) {
            return OptionalInt.empty();
        }
    },
    RACK {
        @Override
        OptionalInt elsewhere(View leader, int partition, MetadataImage image, String rack) {
            if (rack.isEmpty() || !leader.leading() || isIn(rack, image.broker(leader.leader()))) {
                return OptionalInt.empty();
            }
            List<Integer> near = leader.isr().stream()
                    .filter(id -> image.isAlive(id) && isIn(rack, image.broker(id)))
                    .sorted()
                    .toList();
            return near.isEmpty() ? OptionalInt.empty() : OptionalInt.of(near.get(partition % near.size()));
        }
    };

    /**
     * The broker that a consumer should read from instead of here; empty: it is right here.
     *
     * @param here of the replica that was asked
     * @param rack the consumer's; empty: not said
     */
    abstract OptionalInt elsewhere(View here, int partition, MetadataImage image, String rack);

    private static boolean isIn(String rack, Optional<BrokerRegistration> broker) {
        return broker.filter(known -> known.rackName().equals(rack)).isPresent();
    }

    /** @param className as in replica.selector.class */
    static ReplicaSelector named(String className) {
        return className.endsWith("RackAwareReplicaSelector") ? RACK : LEADER;
    }
}
