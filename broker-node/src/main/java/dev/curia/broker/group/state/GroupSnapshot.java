package dev.curia.broker.group.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A generation of a classic group as persisted (Kafka's GroupMetadataValue). Immutable.
 *
 * @param protocol the chosen assignment protocol; null in a group without members
 * @param leader member id; null in a group without members
 * @param stateTimestampMs wall clock, when the group entered this state; -1 unknown
 */
public record GroupSnapshot(
        String protocolType,
        int generation,
        @Nullable String protocol,
        @Nullable String leader,
        long stateTimestampMs,
        List<MemberSnapshot> members) {
    public GroupSnapshot {
        members = List.copyOf(members);
    }
}
