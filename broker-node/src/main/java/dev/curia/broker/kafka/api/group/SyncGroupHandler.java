package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.SyncGroup;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;

/** SyncGroup; the answer comes when the leader's assignment is committed. */
final class SyncGroupHandler implements RequestHandler<SyncGroupRequest> {
    private final GroupCoordinator groups;

    SyncGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.SYNC_GROUP;
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
    public CompletionStage<SyncGroupResponse> handle(RequestContext context, SyncGroupRequest request) {
        if (!request.areMandatoryProtocolTypeAndNamePresent()) {
            SyncGroup.Reply refused = SyncGroup.Reply.failed(Errors.INCONSISTENT_GROUP_PROTOCOL);
            return CompletableFuture.completedFuture(toResponse(refused));
        }
        return groups.sync(toRequest(request.data())).thenApply(SyncGroupHandler::toResponse);
    }

    private static SyncGroup.Request toRequest(SyncGroupRequestData data) {
        Map<String, Bytes> assignments = new LinkedHashMap<>();
        data.assignments().forEach(a -> assignments.put(a.memberId(), Bytes.of(a.assignment())));
        return new SyncGroup.Request(
                data.groupId(),
                data.generationId(),
                data.memberId(),
                data.groupInstanceId(),
                data.protocolType(),
                data.protocolName(),
                assignments);
    }

    private static SyncGroupResponse toResponse(SyncGroup.Reply reply) {
        return new SyncGroupResponse(new SyncGroupResponseData()
                .setErrorCode(reply.error().code())
                .setProtocolType(reply.protocolType())
                .setProtocolName(reply.protocol())
                .setAssignment(reply.assignment().toArray()));
    }
}
