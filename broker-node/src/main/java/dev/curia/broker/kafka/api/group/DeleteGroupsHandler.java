package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DeleteGroupsResponse;

/** DeleteGroups: removes groups without members, and their offsets. Since version 3 an error comes with its reason (KIP-1331). */
final class DeleteGroupsHandler implements RequestHandler<DeleteGroupsRequest> {
    private static final short FIRST_WITH_REASONS = 3;

    private final GroupCoordinator groups;

    DeleteGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DELETE_GROUPS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return FIRST_WITH_REASONS;
    }

    @Override
    public CompletionStage<DeleteGroupsResponse> handle(RequestContext context, DeleteGroupsRequest request) {
        Map<String, CompletableFuture<Errors>> answers = new LinkedHashMap<>();
        request.data().groupsNames().forEach(groupId -> answers.computeIfAbsent(groupId, groups::delete));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> toResponse(context.version(), answers));
    }

    private static DeleteGroupsResponse toResponse(short version, Map<String, CompletableFuture<Errors>> answers) {
        DeletableGroupResultCollection results = new DeletableGroupResultCollection();
        answers.forEach((groupId, answer) -> {
            Errors error = answer.join();
            DeletableGroupResult result =
                    new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code());
            if (version >= FIRST_WITH_REASONS && error != Errors.NONE) result.setErrorMessage(error.message());
            results.add(result);
        });
        return new DeleteGroupsResponse(new DeleteGroupsResponseData().setResults(results));
    }
}
