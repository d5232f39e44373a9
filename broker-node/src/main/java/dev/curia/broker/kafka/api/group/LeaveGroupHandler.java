package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.LeaveGroup;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;

/** LeaveGroup, of one member up to version 2, of several since (KIP-345). */
final class LeaveGroupHandler implements RequestHandler<LeaveGroupRequest> {
    private final GroupCoordinator groups;

    LeaveGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LEAVE_GROUP;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<LeaveGroupResponse> handle(RequestContext context, LeaveGroupRequest request) {
        short version = context.version();
        List<LeaveGroup.Member> members = request.members().stream()
                .map(member -> new LeaveGroup.Member(member.memberId(), member.groupInstanceId()))
                .toList();
        return groups.leave(new LeaveGroup.Request(request.data().groupId(), members))
                .thenApply(reply -> toResponse(reply, version));
    }

    private static LeaveGroupResponse toResponse(LeaveGroup.Reply reply, short version) {
        List<MemberResponse> members = reply.members().stream()
                .map(member -> new MemberResponse()
                        .setMemberId(member.member().memberId())
                        .setGroupInstanceId(member.member().instanceId())
                        .setErrorCode(member.error().code()))
                .toList();
        return new LeaveGroupResponse(members, reply.error(), 0, version);
    }
}
