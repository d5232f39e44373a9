package dev.curia.broker.kafka.api;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/**
 * Answers one kind of Kafka request. Called on a connection's event loop: must not block. An exception or a failed stage is answered
 * with the request's own error response; a connection's answers leave in the order of its requests.
 */
public interface RequestHandler<Q extends AbstractRequest> {
    ApiKeys api();

    /** The versions served; see the protocol table in docs. */
    short minVersion();

    short maxVersion();

    /** The lowest version that ApiVersions names. Below {@link #minVersion} only where clients need to see it; see ProduceHandler. */
    default short advertisedMinVersion() {
        return minVersion();
    }

    /** @return the answer; a null answer sends nothing (Produce with acks=0) */
    CompletionStage<? extends @Nullable AbstractResponse> handle(RequestContext context, Q request);

    /** Like the other, for handlers that wait, or that use the request's bytes after they have returned. */
    default CompletionStage<? extends @Nullable AbstractResponse> handle(
            RequestContext context, Q request, Exchange exchange) {
        return handle(context, request);
    }
}
