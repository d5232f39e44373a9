package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.GroupView.Described;
import dev.curia.broker.group.state.MemberSnapshot;
import dev.curia.broker.kafka.api.AuthorizedOperations;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsResponse;

/** DescribeGroups. Until version 5 a group that isn't there is one in state Dead, without an error. */
final class DescribeGroupsHandler implements RequestHandler<DescribeGroupsRequest> {
    private static final short NOT_FOUND_IS_AN_ERROR = 6;

    private final GroupCoordinator groups;

    DescribeGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_GROUPS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public CompletionStage<DescribeGroupsResponse> handle(RequestContext context, DescribeGroupsRequest request) {
        List<CompletableFuture<Described>> answers =
                request.data().groups().stream().map(groups::describe).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new DescribeGroupsResponse(new DescribeGroupsResponseData()
                        .setGroups(answers.stream()
                                .map(answer -> toGroup(answer.join(), context.version())
                                        .setAuthorizedOperations(AuthorizedOperations.when(
                                                request.data().includeAuthorizedOperations(),
                                                AuthorizedOperations.GROUP)))
                                .toList())));
    }

    private static DescribedGroup toGroup(Described group, short version) {
        DescribedGroup answer = new DescribedGroup()
                .setGroupId(group.groupId())
                .setGroupState(
                        group.error() == Errors.NONE || group.error() == Errors.GROUP_ID_NOT_FOUND
                                ? group.state().title()
                                : "")
                .setProtocolType(group.protocolType())
                .setProtocolData(group.protocol())
                .setMembers(group.members().stream()
                        .map(DescribeGroupsHandler::toMember)
                        .toList());
        if (group.error() == Errors.GROUP_ID_NOT_FOUND) {
            if (version < NOT_FOUND_IS_AN_ERROR) return answer;
            answer.setErrorMessage("Group " + group.groupId() + " not found.");
        }
        return answer.setErrorCode(group.error().code());
    }

    private static DescribedGroupMember toMember(MemberSnapshot member) {
        return new DescribedGroupMember()
                .setMemberId(member.memberId())
                .setGroupInstanceId(member.instanceId())
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setMemberMetadata(member.subscription().toArray())
                .setMemberAssignment(member.assignment().toArray());
    }
}
