package dev.curia.broker.group.state;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A member asks to take part in the next generation. */
public final class JoinGroup {
    private JoinGroup() {}

    /** An assignment protocol the member supports, and its metadata (subscription) under it. */
    public record Protocol(String name, Bytes metadata) {}

    /** Who asks: what the coordinator shows of a member. */
    public record Client(String id, String host) {}

    /**
     * @param memberId empty for a new member
     * @param protocols by preference
     * @param requireKnownMemberId hand out a member id first (KIP-394), JoinGroup 4 and later
     * @param supportsSkippingAssignment JoinGroup 9 and later (KIP-814)
     */
    public record Request(
            String groupId,
            String memberId,
            @Nullable String instanceId,
            Client client,
            int rebalanceTimeoutMs,
            int sessionTimeoutMs,
            String protocolType,
            List<Protocol> protocols,
            boolean requireKnownMemberId,
            boolean supportsSkippingAssignment) {
        public Request {
            protocols = List.copyOf(protocols);
        }
    }

    /** What the leader learns of a member. */
    public record Member(String memberId, @Nullable String instanceId, Bytes metadata) {}

    /**
     * @param members all of them for the leader, empty for others
     * @param skipAssignment the leader keeps the assignment of this generation
     */
    public record Reply(
            Errors error,
            int generation,
            @Nullable String protocolType,
            @Nullable String protocol,
            String leader,
            String memberId,
            boolean skipAssignment,
            List<Member> members) {
        public Reply {
            members = List.copyOf(members);
        }

        public static Reply failed(Errors error, String memberId) {
            return new Reply(error, -1, null, null, "", memberId, false, List.of());
        }
    }
}
