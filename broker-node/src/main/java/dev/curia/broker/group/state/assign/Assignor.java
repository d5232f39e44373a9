package dev.curia.broker.group.state.assign;

import dev.curia.common.id.Uuid;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Deals out the partitions of the subscribed topics: each to exactly one of its topic's subscribers. Pure: the same input gives the same
 * assignment on every broker.
 */
public interface Assignor {
    /** What members and configuration call it. */
    String name();

    /**
     * @param partitionCounts of every topic that somebody subscribes to
     * @return an assignment for each subscriber, perhaps an empty one
     */
    Map<String, TopicPartitions> assign(List<Subscriber> subscribers, ToIntFunction<Uuid> partitionCounts);
}
