package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.ListGroupsResponse;

/** ListGroups: those coordinated here, by state (KIP-518) and type (KIP-848) when asked. */
final class ListGroupsHandler implements RequestHandler<ListGroupsRequest> {
    private final GroupCoordinator groups;

    ListGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_GROUPS;
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
    public CompletionStage<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request) {
        return groups.list(
                        Set.copyOf(request.data().statesFilter()),
                        Set.copyOf(request.data().typesFilter()))
                .thenApply(ListGroupsHandler::toResponse);
    }

    private static ListGroupsResponse toResponse(GroupCoordinator.Listing listing) {
        return new ListGroupsResponse(new ListGroupsResponseData()
                .setErrorCode(listing.error().code())
                .setGroups(listing.groups().stream()
                        .map(group -> new ListedGroup()
                                .setGroupId(group.groupId())
                                .setProtocolType(group.protocolType())
                                .setGroupState(group.state().title())
                                .setGroupType(group.type()))
                        .toList()));
    }
}
