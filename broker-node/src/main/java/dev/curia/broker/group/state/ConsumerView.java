package dev.curia.broker.group.state;

import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.broker.group.state.assign.TopicPartitions;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What tools see of a consumer group. */
public final class ConsumerView {
    private ConsumerView() {}

    /** @param topics by which ids become names */
    public record Described(
            Errors error,
            @Nullable String message,
            String groupId,
            GroupState state,
            int groupEpoch,
            int assignmentEpoch,
            String assignor,
            List<MemberView> members,
            @Nullable SubscribableTopics topics) {
        public static Described failed(Errors error, @Nullable String message, String groupId) {
            return new Described(error, message, groupId, GroupState.DEAD, 0, 0, "", List.of(), null);
        }
    }

    /** A member, what it has and what it shall have. */
    public record MemberView(
            String memberId, ConsumerMember member, int epoch, TopicPartitions assigned, TopicPartitions target) {}
}
