package dev.curia.metadata.image;

import java.util.Optional;

/**
 * Whom a client quota is for: a user, a client, a user's client, or an address. An empty name is the default of all who have none of their own.
 * Immutable; what is no such combination cannot be made. Source: KIP-546, KIP-612.
 *
 * @param user a principal's name
 * @param clientId as clients call themselves
 * @param ip an address or a host's name
 */
public record QuotaEntity(Optional<String> user, Optional<String> clientId, Optional<String> ip) {
    /** The name of a default. */
    public static final String DEFAULT = "";

    /** @throws IllegalArgumentException when nobody is named, or an address and somebody else */
    public QuotaEntity {
        boolean named = user.isPresent() || clientId.isPresent();
        if (named == ip.isPresent()) {
            throw new IllegalArgumentException(
                    "a quota is for a user, a client-id, a user with a client-id, or an ip alone");
        }
    }

    public static QuotaEntity user(String name) {
        return new QuotaEntity(Optional.of(name), Optional.empty(), Optional.empty());
    }

    public static QuotaEntity client(String id) {
        return new QuotaEntity(Optional.empty(), Optional.of(id), Optional.empty());
    }

    public static QuotaEntity userClient(String user, String clientId) {
        return new QuotaEntity(Optional.of(user), Optional.of(clientId), Optional.empty());
    }

    public static QuotaEntity address(String ip) {
        return new QuotaEntity(Optional.empty(), Optional.empty(), Optional.of(ip));
    }

    /** For people: {@code user 'alice', default client-id}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        user.ifPresent(name -> append(text, "user", name));
        clientId.ifPresent(name -> append(text, "client-id", name));
        ip.ifPresent(name -> append(text, "ip", name));
        return text.toString();
    }

    private static void append(StringBuilder text, String type, String name) {
        if (!text.isEmpty()) text.append(", ");
        if (name.equals(DEFAULT)) text.append("default ").append(type);
        else text.append(type).append(" '").append(name).append('\'');
    }
}
