package dev.curia.broker.group.state.assign;

import dev.curia.common.id.Uuid;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A member as an assignor sees it. Immutable.
 *
 * @param instanceId of a static member, whose place in the order outlives its member ids
 * @param topics that exist and that it subscribes to
 * @param had its last target, of which as much as possible should stay with it
 */
public record Subscriber(String memberId, @Nullable String instanceId, Set<Uuid> topics, TopicPartitions had) {
    public Subscriber {
        topics = Set.copyOf(topics);
    }
}
