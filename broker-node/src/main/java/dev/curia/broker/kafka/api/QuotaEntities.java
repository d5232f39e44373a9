package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.QuotaEntity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/** Quota entities as Kafka's requests have them: names by type, null for a default. Pure. */
final class QuotaEntities {
    static final List<String> TYPES =
            List.of(ClientQuotaEntity.USER, ClientQuotaEntity.CLIENT_ID, ClientQuotaEntity.IP);

    private QuotaEntities() {}

    /** @throws IllegalArgumentException when there is no such entity; the message says why */
    static QuotaEntity entity(Map<String, @Nullable String> names) {
        names.forEach((type, name) -> {
            if (!TYPES.contains(type)) {
                throw new IllegalArgumentException(
                        "Unhandled client quota entity type: " + type + "; expected user, client-id or ip.");
            }
            if (name != null && name.isEmpty())
                throw new IllegalArgumentException("Empty " + type + " not supported; for the default give none.");
        });
        try {
            return new QuotaEntity(
                    name(names, ClientQuotaEntity.USER),
                    name(names, ClientQuotaEntity.CLIENT_ID),
                    name(names, ClientQuotaEntity.IP));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Invalid client quota entity " + names + ": " + e.getMessage() + ".", e);
        }
    }

    private static Optional<String> name(Map<String, @Nullable String> names, String type) {
        if (!names.containsKey(type)) return Optional.empty();
        String name = names.get(type);
        return Optional.of(name == null ? QuotaEntity.DEFAULT : name);
    }

    /** In the order of {@link #TYPES}. */
    static Map<String, @Nullable String> names(QuotaEntity entity) {
        Map<String, @Nullable String> names = new LinkedHashMap<>();
        entity.user().ifPresent(name -> names.put(ClientQuotaEntity.USER, orNull(name)));
        entity.clientId().ifPresent(name -> names.put(ClientQuotaEntity.CLIENT_ID, orNull(name)));
        entity.ip().ifPresent(name -> names.put(ClientQuotaEntity.IP, orNull(name)));
        return names;
    }

    private static @Nullable String orNull(String name) {
        return name.equals(QuotaEntity.DEFAULT) ? null : name;
    }
}
