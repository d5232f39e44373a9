package dev.curia.broker.group.state;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What tools see of groups. */
public final class GroupView {
    private GroupView() {}

    /** A line of a listing. */
    public record Listed(String groupId, String protocolType, GroupState state, String type) {}

    /**
     * @param error GROUP_ID_NOT_FOUND for a group that isn't there
     * @param protocol empty unless stable
     * @param members with subscriptions and assignments only when stable
     */
    public record Described(
            Errors error,
            String groupId,
            GroupState state,
            String protocolType,
            String protocol,
            List<MemberSnapshot> members) {
        public static Described failed(Errors error, String groupId) {
            return new Described(error, groupId, GroupState.DEAD, "", "", List.of());
        }
    }
}
