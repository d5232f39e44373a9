package dev.curia.common.net;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs why nodes cannot agree on TLS, which calls only know as unavailable: once for each server and reason, until the server answers.
 * Thread-safe.
 */
public final class TlsTroubles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsTroubles.class);

    private final Map<HostPort, String> told = new ConcurrentHashMap<>();

    /** For the channels to this server. */
    public ClientInterceptor with(HostPort server) {
        return new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<R> listener, Metadata headers) {
                        super.start(new Watched<>(listener, server), headers);
                    }
                };
            }
        };
    }

    private final class Watched<R> extends SimpleForwardingClientCallListener<R> {
        private final HostPort server;

        Watched(ClientCall.Listener<R> listener, HostPort server) {
            super(listener);
            this.server = server;
        }

        @Override
        public void onHeaders(Metadata headers) {
            told.remove(server);
            super.onHeaders(headers);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.getCode() == Status.Code.UNAVAILABLE) tell(status);
            super.onClose(status, trailers);
        }

        private void tell(Status status) {
            TlsFailures.explain(status.asRuntimeException(), "rpc.security.protocol")
                    .filter(reason -> !reason.equals(told.put(server, reason)))
                    .ifPresent(reason -> LOG.warn("no connection to {}: {}", server, reason));
        }
    }
}
