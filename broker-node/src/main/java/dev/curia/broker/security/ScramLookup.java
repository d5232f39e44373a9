package dev.curia.broker.security;

import dev.curia.metadata.image.ScramCredential;
import dev.curia.proto.common.v1.ScramMechanism;
import java.util.Optional;

/** Where the credentials of users are, as they are now. Thread-safe; does not block. */
public interface ScramLookup {
    Optional<ScramCredential> find(String user, ScramMechanism mechanism);
}
