package dev.curia.metadata.image;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** What clients may use at most. Immutable, structurally shared. Source: KIP-55, KIP-257. */
public final class ClientQuotas {
    public static final ClientQuotas EMPTY = new ClientQuotas(HashTreePMap.empty());

    /**
     * The limit that holds for somebody.
     *
     * @param source the entity that it is set for
     * @param holder who shares it: a user with all of its clients, a client of all users, or one user's client. A default is no holder: each of
     *     those that it is for has that much of its own
     * @param perSecond in the key's unit, above 0
     */
    public record Limit(QuotaEntity source, QuotaEntity holder, double perSecond) {}

    private final PMap<QuotaEntity, PMap<String, Double>> limits; // no entity without any

    private ClientQuotas(PMap<QuotaEntity, PMap<String, Double>> limits) {
        this.limits = limits;
    }

    /** @param value null: there is no such limit any more */
    ClientQuotas with(QuotaEntity entity, String key, @Nullable Double value) {
        PMap<String, Double> ofEntity = limits.getOrDefault(entity, HashTreePMap.empty());
        ofEntity = value == null ? ofEntity.minus(key) : ofEntity.plus(key, value);
        return new ClientQuotas(ofEntity.isEmpty() ? limits.minus(entity) : limits.plus(entity, ofEntity));
    }

    public boolean isEmpty() {
        return limits.isEmpty();
    }

    public Set<QuotaEntity> entities() {
        return limits.keySet();
    }

    /** The entity's own limits by key; empty when there are none. */
    public Map<String, Double> of(QuotaEntity entity) {
        return limits.getOrDefault(entity, HashTreePMap.empty());
    }

    /**
     * The one that holds for a request, of all that fit: what names the user before what does not, then what names the client, and a name before
     * a default. Each key is looked for by itself.
     *
     * @param clientId empty: the client does not say
     */
    public Optional<Limit> of(QuotaKey key, String user, String clientId) {
        if (isEmpty()) return Optional.empty();
        QuotaEntity both = QuotaEntity.userClient(user, clientId);
        QuotaEntity ofUser = QuotaEntity.user(user);
        QuotaEntity ofClient = QuotaEntity.client(clientId);
        return limit(key, both, both)
                .or(() -> limit(key, QuotaEntity.userClient(user, QuotaEntity.DEFAULT), both))
                .or(() -> limit(key, ofUser, ofUser))
                .or(() -> limit(key, QuotaEntity.userClient(QuotaEntity.DEFAULT, clientId), both))
                .or(() -> limit(key, QuotaEntity.userClient(QuotaEntity.DEFAULT, QuotaEntity.DEFAULT), both))
                .or(() -> limit(key, QuotaEntity.user(QuotaEntity.DEFAULT), ofUser))
                .or(() -> limit(key, ofClient, ofClient))
                .or(() -> limit(key, QuotaEntity.client(QuotaEntity.DEFAULT), ofClient));
    }

    private Optional<Limit> limit(QuotaKey key, QuotaEntity source, QuotaEntity holder) {
        Double value = of(source).get(key.key());
        return value == null ? Optional.empty() : Optional.of(new Limit(source, holder, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClientQuotas that && limits.equals(that.limits);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(limits);
    }

    @Override
    public String toString() {
        return limits.toString();
    }
}
