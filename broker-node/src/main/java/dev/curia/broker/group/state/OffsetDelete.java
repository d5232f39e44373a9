package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** Forgets offsets of partitions that the group doesn't read. */
public final class OffsetDelete {
    private OffsetDelete() {}

    /** Which offsets to forget. */
    public record Request(String groupId, List<TopicPartition> partitions) {
        public Request {
            partitions = List.copyOf(partitions);
        }
    }

    /** @param error of the whole request; otherwise an outcome for each partition */
    public record Reply(Errors error, Map<TopicPartition, Errors> errors) {
        public static Reply failed(Errors error) {
            return new Reply(error, Map.of());
        }
    }
}
