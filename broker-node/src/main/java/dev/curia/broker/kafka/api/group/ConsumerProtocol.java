package dev.curia.broker.kafka.api.group;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.metadata.image.Features;

/** Whether the cluster serves the consumer group protocol (KIP-848): only once it has finalized that level. */
final class ConsumerProtocol {
    static final String OFF =
            "The cluster does not serve the consumer group protocol: feature " + Features.GROUP_VERSION
                    + " is at level 0, expected 1. Raise it with kafka-features.sh, or use group.protocol=classic.";

    private ConsumerProtocol() {}

    static boolean isOn(ClusterView cluster) {
        return cluster.image().featureLevel(Features.GROUP_VERSION) >= 1;
    }
}
