package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.ServerEndpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.protocol.Errors;

/**
 * Tells a client that came to the wrong broker where the leader is (KIP-951), so that it need not ask. Collects the leaders of one
 * answer. Not thread-safe.
 */
final class LeaderHints {
    private final MetadataImage image;
    private final String listener;
    private final Map<Integer, Node> nodes = new LinkedHashMap<>();

    /** @param image the newest: a replica may know already what is still on its way to others */
    LeaderHints(MetadataImage image, String listener) {
        this.image = image;
        this.listener = listener;
    }

    /**
     * The leader to name, if this error is about who leads and it is known where that broker listens: the leader of now, which may be another
     * than when the partition was found.
     */
    Optional<PartitionState> leader(Errors error, PartitionLookup.Found found) {
        if (error != Errors.NOT_LEADER_OR_FOLLOWER && error != Errors.FENCED_LEADER_EPOCH) return Optional.empty();
        return found.topic()
                .flatMap(topic -> image.topic(topic.id()))
                .flatMap(topic -> topic.partition(found.partition()))
                .filter(state -> node(state.leader()).isPresent());
    }

    /** Where the leaders named so far listen. */
    Map<Integer, Node> nodes() {
        return nodes;
    }

    private Optional<Node> node(int brokerId) {
        Optional<Node> node = image.broker(brokerId)
                .flatMap(broker -> broker.listener(listener)
                        .map(endpoint -> node(brokerId, endpoint, broker.rack().orElse(null))));
        node.ifPresent(known -> nodes.put(brokerId, known));
        return node;
    }

    private static Node node(int id, ServerEndpoint endpoint, @org.jspecify.annotations.Nullable String rack) {
        return new Node(id, endpoint.host(), endpoint.port(), rack);
    }
}
