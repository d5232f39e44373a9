package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/** Asks how far a group has read. */
public final class OffsetFetch {
    private OffsetFetch() {}

    /** @param partitions empty: all the group has committed */
    public record Request(String groupId, Optional<List<TopicPartition>> partitions) {}

    /** Without the partitions that have no committed offset. */
    public record Reply(Errors error, Map<TopicPartition, CommittedOffset> offsets) {
        public static Reply failed(Errors error) {
            return new Reply(error, Map.of());
        }
    }
}
