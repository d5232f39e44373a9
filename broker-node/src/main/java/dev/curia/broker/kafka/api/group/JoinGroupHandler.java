package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.JoinGroup;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;

/** JoinGroup; the answer comes when the join phase of the rebalance ends. */
final class JoinGroupHandler implements RequestHandler<JoinGroupRequest> {
    private final GroupCoordinator groups;

    JoinGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.JOIN_GROUP;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 9;
    }

    @Override
    public CompletionStage<JoinGroupResponse> handle(RequestContext context, JoinGroupRequest request) {
        short version = context.version();
        return groups.join(toRequest(context, request.data()))
                .thenApply(reply -> new JoinGroupResponse(toData(reply, version), version));
    }

    private static JoinGroup.Request toRequest(RequestContext context, JoinGroupRequestData data) {
        JoinGroup.Client client = new JoinGroup.Client(
                Objects.requireNonNullElse(context.clientId(), ""),
                "/" + context.clientAddress().getHostAddress());
        return new JoinGroup.Request(
                data.groupId(),
                data.memberId(),
                data.groupInstanceId(),
                client,
                // Version 0 has one timeout for both.
                data.rebalanceTimeoutMs() < 0 ? data.sessionTimeoutMs() : data.rebalanceTimeoutMs(),
                data.sessionTimeoutMs(),
                data.protocolType(),
                data.protocols().stream()
                        .map(p -> new JoinGroup.Protocol(p.name(), Bytes.of(p.metadata())))
                        .toList(),
                JoinGroupRequest.requiresKnownMemberId(context.version()) && data.groupInstanceId() == null,
                JoinGroupRequest.supportsSkippingAssignment(context.version()));
    }

    private static JoinGroupResponseData toData(JoinGroup.Reply reply, short version) {
        // Before version 7 the name of no protocol is the empty one.
        String protocol = reply.protocol() == null && version < 7 ? "" : reply.protocol();
        return new JoinGroupResponseData()
                .setErrorCode(reply.error().code())
                .setGenerationId(reply.generation())
                .setProtocolType(reply.protocolType())
                .setProtocolName(protocol)
                .setLeader(reply.leader())
                .setSkipAssignment(reply.skipAssignment())
                .setMemberId(reply.memberId())
                .setMembers(reply.members().stream()
                        .map(member -> new JoinGroupResponseMember()
                                .setMemberId(member.memberId())
                                .setGroupInstanceId(member.instanceId())
                                .setMetadata(member.metadata().toArray()))
                        .toList());
    }
}
