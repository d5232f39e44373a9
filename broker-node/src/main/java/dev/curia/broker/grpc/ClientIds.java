package dev.curia.broker.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** What gRPC clients call themselves, in the header {@code client-id}: quotas of client ids are for them too. Stateless. */
final class ClientIds implements ServerInterceptor {
    static final Metadata.Key<String> HEADER = Metadata.Key.of("client-id", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<String> ID = Context.keyWithDefault("client-id", "");

    /** Of the call that is being begun; empty: it does not say. */
    static String current() {
        return ID.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String id = headers.get(HEADER);
        if (id == null) return next.startCall(call, headers);
        return Contexts.interceptCall(Context.current().withValue(ID, id), call, headers, next);
    }
}
