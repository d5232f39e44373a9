package dev.curia.metadata.access;

import dev.curia.common.security.Principal;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.acl.Caller;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;

/**
 * Who calls over gRPC. Thread-safe.
 *
 * <p>On a port with TLS callers are whose certificates they show, and {@link Principal#ANONYMOUS} without one; nodes are told by their
 * certificates, too, and what nodes ask of each other is refused to all others. On a port without everybody is anonymous, and whoever says so is
 * taken for a node. Nodes call each other on behalf of clients whom they have checked themselves; on behalf of those whom they have not, they say
 * so in a header.
 */
public final class GrpcCallers {
    /** As whom the call is authenticated. */
    public static final Context.Key<Principal> PRINCIPAL =
            Context.keyWithDefault("curia-principal", Principal.ANONYMOUS);

    private static final Context.Key<String> HOST = Context.keyWithDefault("curia-host", "");
    private static final Context.Key<Boolean> NODE = Context.keyWithDefault("curia-node", false);
    private static final Metadata.Key<String> NODE_HEADER = header("curia-node");
    private static final Metadata.Key<String> CLIENT_HEADER = header("curia-unchecked-client");

    private GrpcCallers() {}

    private static Metadata.Key<String> header(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** Notes where calls come from. */
    static ServerInterceptor noted() {
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

    /** Notes who calls, too, and keeps all but nodes from what is not one of the {@link OpenServices}. */
    static ServerInterceptor certified(Certificates certificates) {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                Principal owner;
                try {
                    owner = owner(call, certificates);
                } catch (IOException e) {
                    return refuse(call, Status.UNAUTHENTICATED.withDescription(e.getMessage()));
                }
                boolean node = certificates.isNode(owner);
                String service = String.valueOf(call.getMethodDescriptor().getServiceName());
                if (!node && !OpenServices.NAMES.contains(service)) {
                    return refuse(
                            call,
                            Status.PERMISSION_DENIED.withDescription(owner + " is no node, and only nodes may call "
                                    + service + ": see rpc.node.principals"));
                }
                boolean forClient = node && headers.containsKey(CLIENT_HEADER);
                Context context = Context.current()
                        .withValues(
                                HOST,
                                host(call),
                                PRINCIPAL,
                                forClient ? Principal.ANONYMOUS : owner,
                                NODE,
                                node && !forClient && headers.containsKey(NODE_HEADER));
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    private static Principal owner(ServerCall<?, ?> call, Certificates certificates) throws IOException {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) return Principal.ANONYMOUS;
        return certificates.owner(session).orElse(Principal.ANONYMOUS);
    }

    private static <Q, R> ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** For the calls of nodes. */
    public static ClientInterceptor fromNode() {
        return saying(NODE_HEADER);
    }

    /** For the calls of nodes on behalf of clients whom nobody has checked: ACLs hold for them. */
    public static ClientInterceptor forClients() {
        return saying(CLIENT_HEADER);
    }

    private static ClientInterceptor saying(Metadata.Key<String> header) {
        Metadata headers = new Metadata();
        headers.put(header, "");
        return MetadataUtils.newAttachHeadersInterceptor(headers);
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
