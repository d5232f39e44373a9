package dev.curia.broker.kafka.guard;

import dev.curia.broker.kafka.api.Exchange;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.metadata.acl.Authorization;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** A handler behind its guard. */
final class GuardedHandler<Q extends AbstractRequest, R extends AbstractResponse> implements RequestHandler<Q> {
    private final RequestHandler<Q> handler;
    private final Guard<Q, R> guard;
    private final Authorization authorization;

    GuardedHandler(RequestHandler<Q> handler, Guard<Q, R> guard, Authorization authorization) {
        this.handler = handler;
        this.guard = guard;
        this.authorization = authorization;
    }

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
    public short advertisedMinVersion() {
        return handler.advertisedMinVersion();
    }

    @Override
    public CompletionStage<? extends @Nullable AbstractResponse> handle(RequestContext context, Q request) {
        return guarded(context, request, () -> handler.handle(context, request));
    }

    @Override
    public CompletionStage<? extends @Nullable AbstractResponse> handle(
            RequestContext context, Q request, Exchange exchange) {
        return guarded(context, request, () -> handler.handle(context, request, exchange));
    }

    /** The guard and the handler agree on which class the answer has. */
    @SuppressWarnings("unchecked")
    private CompletionStage<? extends @Nullable AbstractResponse> guarded(
            RequestContext context,
            Q request,
            Supplier<CompletionStage<? extends @Nullable AbstractResponse>> handled) {
        Guard.Verdict<R> verdict = guard.check(authorization.of(context.caller(), api().name), request, context);
        if (verdict instanceof Guard.Verdict.Answer<R> answer) {
            return CompletableFuture.completedFuture(answer.response());
        }
        return handled.get()
                .thenApply(response ->
                        ((Guard.Verdict.Handle<R>) verdict).complete().apply((R) response));
    }
}
