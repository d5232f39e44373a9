package dev.curia.metadata.access;

import dev.curia.common.security.Principal;
import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** Who the owner of a certificate is. Thread-safe. */
public interface Certificates {
    /**
     * Whose certificate the other side showed; empty when it showed none, which it may.
     *
     * @throws IOException when nothing says what the owner is called
     */
    Optional<Principal> owner(SSLSession session) throws IOException;

    /** Whether this is a node of the cluster. */
    boolean isNode(Principal owner);
}
