package dev.curia.metadata.acl;

import dev.curia.common.security.Principal;

/**
 * Who asks, and from where. Immutable.
 *
 * @param host the client's address, as text
 */
public record Caller(Principal principal, String host) {}
