package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.AclCodec;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.DeletedAcls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the ACLs that filters fit, and tells which they were (KIP-140). Each filter has its own outcome. */
final class DeleteAclsHandler implements RequestHandler<DeleteAclsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(DeleteAclsHandler.class);

    /** The request carries no time of its own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final AclAdmin admin;

    DeleteAclsHandler(AclAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DELETE_ACLS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public CompletionStage<DeleteAclsResponse> handle(RequestContext context, DeleteAclsRequest request) {
        var delete = dev.curia.proto.admin.v1.DeleteAclsRequest.newBuilder();
        request.filters().forEach(filter -> delete.addMatches(AclCodec.match(filter)));
        return admin.deleteAcls(delete.build(), TIMEOUT).handle((deleted, failure) -> {
            if (failure == null) {
                return response(
                        context,
                        deleted.getResultsList().stream()
                                .map(DeleteAclsHandler::result)
                                .toList());
            }
            LOG.warn("no answer from the controller to a request to delete ACLs: {}", failure.toString());
            return response(
                    context,
                    request.filters().stream()
                            .map(asked -> new DeleteAclsFilterResult()
                                    .setErrorCode(Errors.REQUEST_TIMED_OUT.code())
                                    .setErrorMessage("The controller did not answer in time."))
                            .toList());
        });
    }

    private static DeleteAclsFilterResult result(DeletedAcls deleted) {
        Errors error = Codes.errors(deleted.getStatus().getCode());
        return new DeleteAclsFilterResult()
                .setErrorCode(error.code())
                .setErrorMessage(
                        error == Errors.NONE ? null : deleted.getStatus().getMessage())
                .setMatchingAcls(deleted.getAclsList().stream()
                        .map(acl -> DeleteAclsResponse.matchingAcl(AclCodec.binding(acl), ApiError.NONE))
                        .toList());
    }

    private static DeleteAclsResponse response(RequestContext context, List<DeleteAclsFilterResult> results) {
        return new DeleteAclsResponse(new DeleteAclsResponseData().setFilterResults(results), context.version());
    }
}
