package dev.curia.broker.security;

import dev.curia.common.config.ConfigException;
import dev.curia.common.security.Principal;
import dev.curia.metadata.access.Certificates;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Tells nodes from others by their certificates: theirs are of the principals that {@code rpc.node.principals} names, or of the same as this node's
 * own. Thread-safe.
 */
public final class NodeCertificates implements Certificates {
    private final TlsContext tls;
    private final Set<Principal> named;

    /** @throws ConfigException when this node would not be one */
    public NodeCertificates(TlsContext tls, Map<String, String> given) {
        this.tls = tls;
        this.named = PortKeys.NODES.in(given);
        Set<Principal> own = tls.own();
        if (!named.isEmpty() && named.stream().noneMatch(own::contains)) {
            throw new ConfigException("Setting " + PortKeys.NODES.name() + " names " + named
                    + ", and this node's own certificate is of " + own + ": other nodes would not take it for one.");
        }
    }

    @Override
    public Optional<Principal> owner(SSLSession session) throws IOException {
        return tls.principal(session);
    }

    @Override
    public boolean isNode(Principal owner) {
        return (named.isEmpty() ? tls.own() : named).contains(owner);
    }

    /** Trusts certificates of nodes only. */
    public X509ExtendedTrustManager onlyNodes() {
        return tls.trust(this::requireNode);
    }

    private void requireNode(X509Certificate certificate) throws CertificateException {
        Principal owner;
        try {
            owner = tls.owner(certificate);
        } catch (IOException e) {
            throw new CertificateException(e.getMessage(), e);
        }
        if (isNode(owner)) return;
        throw new CertificateException(owner + " is no node: see " + PortKeys.NODES.name());
    }
}
