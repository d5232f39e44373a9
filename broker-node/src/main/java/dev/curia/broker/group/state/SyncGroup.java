package dev.curia.broker.group.state;

import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A member asks for its assignment; the leader's request brings everybody's. */
public final class SyncGroup {
    private SyncGroup() {}

    /**
     * @param protocolType and {@code protocol} must be the generation's when given (SyncGroup 5 and later)
     * @param assignments by member id; empty but for the leader
     */
    public record Request(
            String groupId,
            int generation,
            String memberId,
            @Nullable String instanceId,
            @Nullable String protocolType,
            @Nullable String protocol,
            Map<String, Bytes> assignments) {
        public Request {
            assignments = Map.copyOf(assignments);
        }
    }

    /** The assignment, in the terms of the protocol. */
    public record Reply(
            Errors error,
            @Nullable String protocolType,
            @Nullable String protocol,
            Bytes assignment) {
        public static Reply failed(Errors error) {
            return new Reply(error, null, null, Bytes.EMPTY);
        }
    }
}
