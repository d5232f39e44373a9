package dev.curia.broker.kafka.api;

import java.util.List;

/** The handlers of logging in, and of the credentials for it. */
public final class AuthenticationHandlers {
    private AuthenticationHandlers() {}

    public static List<RequestHandler<?>> of(ClusterView cluster, ScramAdmin admin) {
        return List.of(
                new SaslHandshakeHandler(),
                new SaslAuthenticateHandler(),
                new DescribeScramCredentialsHandler(cluster),
                new AlterScramCredentialsHandler(admin));
    }
}
