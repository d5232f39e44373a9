package dev.curia.broker.group.state.assign;

import dev.curia.common.id.Uuid;
import java.util.Optional;

/** The topics of the cluster at one moment. Immutable. */
public interface SubscribableTopics {
    /** What a group needs to know of a topic. */
    record Topic(String name, Uuid id, int partitions) {}

    Optional<Topic> find(String name);

    Optional<Topic> find(Uuid id);
}
