package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What consumers of the classic protocol tell each other inside of it. Stateless. Every method throws IllegalArgumentException on other bytes. */
public interface EmbeddedProtocol {
    /**
     * What a consumer wants and has.
     *
     * @param generation in which it got what it owns; -1 not told
     */
    record Subscription(
            Set<String> topics,
            List<TopicPartition> owned,
            int generation,
            @Nullable String rackId) {}

    Subscription subscription(Bytes metadata);

    List<TopicPartition> assigned(Bytes assignment);

    /** @param metadata of whom it is for: it reads no newer version */
    Bytes assignment(List<TopicPartition> partitions, Bytes metadata);
}
