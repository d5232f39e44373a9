package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.AclCodec;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.common.v1.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.requests.CreateAclsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds ACLs (KIP-140). Each has its own outcome; one that is there already is no error. */
final class CreateAclsHandler implements RequestHandler<CreateAclsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(CreateAclsHandler.class);

    /** The request carries no time of its own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final AclAdmin admin;

    CreateAclsHandler(AclAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CREATE_ACLS;
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
    public CompletionStage<CreateAclsResponse> handle(RequestContext context, CreateAclsRequest request) {
        var create = dev.curia.proto.admin.v1.CreateAclsRequest.newBuilder();
        request.aclCreations().forEach(creation -> create.addAcls(AclCodec.entry(creation)));
        return admin.createAcls(create.build(), TIMEOUT).handle((created, failure) -> {
            if (failure == null) {
                return response(created.getStatusesList().stream()
                        .map(CreateAclsHandler::result)
                        .toList());
            }
            LOG.warn("no answer from the controller to a request to create ACLs: {}", failure.toString());
            return response(request.aclCreations().stream()
                    .map(asked -> new AclCreationResult()
                            .setErrorCode(Errors.REQUEST_TIMED_OUT.code())
                            .setErrorMessage("The controller did not answer in time."))
                    .toList());
        });
    }

    private static AclCreationResult result(Status status) {
        Errors error = Codes.errors(status.getCode());
        return new AclCreationResult()
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : status.getMessage());
    }

    private static CreateAclsResponse response(List<AclCreationResult> results) {
        return new CreateAclsResponse(new CreateAclsResponseData().setResults(results));
    }
}
