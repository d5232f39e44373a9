package dev.curia.broker.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * Answers what is asked about ACLs as Apache Kafka does without an authorizer: security is disabled. Clients know that answer and go on
 * (MirrorMaker stops copying ACLs), where a request that is not served at all looks like a fault to them.
 */
public final class NoAclsHandler implements RequestHandler<AbstractRequest> {
    private final ApiKeys api;

    NoAclsHandler(ApiKeys api) {
        this.api = api;
    }

    @Override
    public ApiKeys api() {
        return api;
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
    public CompletionStage<AbstractResponse> handle(RequestContext context, AbstractRequest request) {
        return CompletableFuture.completedFuture(
                request.getErrorResponse(0, new SecurityDisabledException("No Authorizer is configured.")));
    }
}
