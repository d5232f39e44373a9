package dev.curia.metadata.access;

import dev.curia.common.security.Principal;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.acl.Caller;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Who calls over gRPC. Thread-safe.
 *
 * <p>An interceptor that authenticates puts its {@link Principal} into {@link #PRINCIPAL} before this one is asked; without one everybody is
 * {@link Principal#ANONYMOUS}. Nodes call each other on behalf of clients whom they have checked themselves, and say so in a header: ports whose
 * callers are not authenticated must be reachable for nodes and administrators only.
 */
public final class GrpcCallers {
    /** As whom the call is authenticated. */
    public static final Context.Key<Principal> PRINCIPAL =
            Context.keyWithDefault("curia-principal", Principal.ANONYMOUS);

    private static final Context.Key<String> HOST = Context.keyWithDefault("curia-host", "");
    private static final Context.Key<Boolean> NODE = Context.keyWithDefault("curia-node", false);
    private static final Metadata.Key<String> NODE_HEADER =
            Metadata.Key.of("curia-node", Metadata.ASCII_STRING_MARSHALLER);

    private GrpcCallers() {}

    /** Notes where calls come from. */
    public static ServerInterceptor noted() {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                Context context =
                        Context.current().withValues(HOST, host(call), NODE, headers.containsKey(NODE_HEADER));
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    /** For the calls of nodes. */
    public static ClientInterceptor fromNode() {
        return new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel channel) {
                return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
                    @Override
                    public void start(Listener<R> listener, Metadata headers) {
                        headers.put(NODE_HEADER, "");
                        super.start(listener, headers);
                    }
                };
            }
        };
    }

    /** What whoever makes the call that this thread serves may do. */
    public static Access access(Authorization authorization, String request) {
        if (!authorization.isOn() || NODE.get()) return Access.ALL;
        return authorization.of(new Caller(PRINCIPAL.get(), HOST.get()), request);
    }

    private static String host(ServerCall<?, ?> call) {
        SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "";
    }
}
