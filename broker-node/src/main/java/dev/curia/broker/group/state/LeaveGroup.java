package dev.curia.broker.group.state;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Members leave, or an administrator removes them. */
public final class LeaveGroup {
    private LeaveGroup() {}

    /** @param memberId may be empty when {@code instanceId} names a static member */
    public record Member(String memberId, @Nullable String instanceId) {}

    /** Who leaves; several at once since LeaveGroup 3. */
    public record Request(String groupId, List<Member> members) {
        public Request {
            members = List.copyOf(members);
        }
    }

    /** Whether that member has left. */
    public record MemberReply(Member member, Errors error) {
        /** The names of those that have left; empty: nobody has. */
        static String gone(List<MemberReply> replies) {
            return replies.stream()
                    .filter(reply -> reply.error() == Errors.NONE)
                    .map(reply -> reply.member().memberId().isEmpty()
                            ? String.valueOf(reply.member().instanceId())
                            : reply.member().memberId())
                    .collect(Collectors.joining(", "));
        }
    }

    /** One reply a member, in the order of the request, unless {@code error} is set. */
    public record Reply(Errors error, List<MemberReply> members) {
        public Reply {
            members = List.copyOf(members);
        }

        public static Reply failed(Errors error) {
            return new Reply(error, List.of());
        }
    }
}
