package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.api.Exchange;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.security.Principal;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** A handler that notes who asks. */
record NotedPrincipals<Q extends AbstractRequest>(RequestHandler<Q> handler, Set<Principal> principals)
        implements RequestHandler<Q> {
    @Override
    public ApiKeys api() {
        return handler.api();
    }

    @Override
    public short minVersion() {
        return handler.minVersion();
    }

    @Override
    public short maxVersion() {
        return handler.maxVersion();
    }

    @Override
    public CompletionStage<? extends @Nullable AbstractResponse> handle(RequestContext context, Q request) {
        principals.add(context.principal());
        return handler.handle(context, request);
    }

    @Override
    public CompletionStage<? extends @Nullable AbstractResponse> handle(
            RequestContext context, Q request, Exchange exchange) {
        principals.add(context.principal());
        return handler.handle(context, request, exchange);
    }
}
