package dev.curia.common.security;

/**
 * One entry of the cluster's access control: these may, or may not, do this to that. Immutable; nothing but its content tells one from
 * another. Source: KIP-11, KIP-290.
 *
 * @param resource a name, a prefix of names, or {@link #WILDCARD}
 * @param host the client's address as text, or {@link #WILDCARD}
 */
public record Acl(
        ResourceType type,
        String resource,
        PatternType pattern,
        Principal principal,
        String host,
        Operation operation,
        Permission permission) {
    /** As a literal name: every resource of the type. As a host: everywhere. */
    public static final String WILDCARD = "*";

    /** Stands for every user. */
    public static final Principal EVERYONE = Principal.user(WILDCARD);

    /** Whether the resource is one of those that the entry is about. */
    public boolean isAbout(String name) {
        return switch (pattern) {
            case LITERAL -> resource.equals(name) || resource.equals(WILDCARD);
            case PREFIXED -> name.startsWith(resource);
        };
    }

    /** Whether it is about clients of this address. */
    public boolean isFrom(String client) {
        return host.equals(WILDCARD) || host.equals(client);
    }

    /** Whether it is about who has authenticated so. */
    public boolean isOf(Principal who) {
        return principal.equals(who) || principal.equals(EVERYONE);
    }

    @Override
    public String toString() {
        return principal + " from " + host + ": " + permission + " " + operation + " on " + pattern + " " + type + " "
                + resource;
    }
}
