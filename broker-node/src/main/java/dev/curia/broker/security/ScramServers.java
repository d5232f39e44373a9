package dev.curia.broker.security;

import dev.curia.proto.common.v1.ScramMechanism;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.function.Supplier;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;

/** SCRAM with the credentials that are in the cluster's metadata (RFC 5802, RFC 7677). */
final class ScramServers {
    private ScramServers() {}

    static Supplier<SaslServer> of(String name, ScramLookup lookup) {
        ScramMechanism mechanism =
                name.equals(SaslMechanisms.SCRAM_SHA_256) ? ScramMechanism.SCRAM_SHA_256 : ScramMechanism.SCRAM_SHA_512;
        CallbackHandler credentials = callbacks -> answer(callbacks, lookup, mechanism);
        return () -> {
            try {
                return new ScramSaslServer(
                        org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(name),
                        Map.of(),
                        credentials);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this Java cannot compute " + name, e);
            }
        };
    }

    /** Leaves the credential of an unknown user empty, which fails the login as a wrong password does. */
    private static void answer(Callback[] callbacks, ScramLookup lookup, ScramMechanism mechanism)
            throws UnsupportedCallbackException {
        String user = "";
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                user = name.getDefaultName();
            } else if (callback instanceof ScramCredentialCallback wanted) {
                lookup.find(user, mechanism)
                        .ifPresent(found -> wanted.scramCredential(new ScramCredential(
                                found.salt().toByteArray(),
                                found.storedKey().toByteArray(),
                                found.serverKey().toByteArray(),
                                found.iterations())));
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }
}
