package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A member, or a client that uses no membership, stores how far it has read. */
public final class OffsetCommit {
    private OffsetCommit() {}

    /** @param leaderEpoch of the last record read; -1 unknown */
    public record Offset(TopicPartition partition, Uuid topicId, long offset, int leaderEpoch, String metadata) {}

    /**
     * @param generation -1 for clients without membership
     * @param retentionMs asked for by clients of old (OffsetCommit 2 to 4)
     */
    public record Request(
            String groupId,
            int generation,
            String memberId,
            @Nullable String instanceId,
            OptionalLong retentionMs,
            List<Offset> offsets) {
        public Request {
            offsets = List.copyOf(offsets);
        }

        /** The same answer for every partition. */
        public Reply all(Errors error) {
            Map<TopicPartition, Errors> errors = new LinkedHashMap<>();
            offsets.forEach(o -> errors.put(o.partition(), error));
            return new Reply(errors);
        }
    }

    /** An outcome for each partition of the request. */
    public record Reply(Map<TopicPartition, Errors> errors) {}
}
