package dev.curia.broker.kafka.api;

import dev.curia.common.security.Principal;
import dev.curia.metadata.acl.Caller;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and how. Immutable.
 *
 * @param principal as whom the connection is authenticated
 * @param connectionId unique in this process
 * @param listener the name of the listener the connection came in on; answers that name brokers name that listener's addresses
 * @param receivedNanos monotonic clock when the request was read whole
 */
public record RequestContext(
        short version,
        int correlationId,
        @Nullable String clientId,
        Principal principal,
        String connectionId,
        InetAddress clientAddress,
        String listener,
        long receivedNanos) {
    /** As access control sees him. */
    public Caller caller() {
        return new Caller(principal, clientAddress.getHostAddress());
    }
}
