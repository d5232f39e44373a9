package dev.curia.metadata.access;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;

/**
 * How a gRPC port is protected. Immutable.
 *
 * @param credentials what it speaks: plaintext or TLS
 * @param callers tells who calls, and keeps away who may not; asked before all others
 */
public record PortSecurity(ServerCredentials credentials, ServerInterceptor callers) {
    /** Everybody may call, and nobody is known: such a port must be reachable for nodes and administrators only. */
    public static PortSecurity plaintext() {
        return new PortSecurity(InsecureServerCredentials.create(), GrpcCallers.noted());
    }

    /** @param credentials of TLS */
    public static PortSecurity tls(ServerCredentials credentials, Certificates certificates) {
        return new PortSecurity(credentials, GrpcCallers.certified(certificates));
    }
}
