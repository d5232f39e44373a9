package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.QuotaEntity;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.ValueData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;
import org.apache.kafka.common.requests.DescribeClientQuotasResponse;
import org.jspecify.annotations.Nullable;

/**
 * The client quotas that are set (KIP-546): of entities that have every part that is asked for, and with {@code strict} no others. What holds for somebody
 * in the end is not asked here.
 */
final class DescribeClientQuotasHandler implements RequestHandler<DescribeClientQuotasRequest> {
    private final ClusterView cluster;

    DescribeClientQuotasHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CLIENT_QUOTAS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<DescribeClientQuotasResponse> handle(
            RequestContext context, DescribeClientQuotasRequest request) {
        Map<String, ComponentData> asked = asked(request.data().components());
        boolean strict = request.data().strict();
        ClientQuotas quotas = cluster.image().clientQuotas();
        List<EntryData> entries = quotas.entities().stream()
                .filter(entity -> matches(QuotaEntities.names(entity), asked, strict))
                .sorted(Comparator.comparing(QuotaEntity::toString))
                .map(entity -> entry(entity, quotas))
                .toList();
        return CompletableFuture.completedFuture(
                new DescribeClientQuotasResponse(new DescribeClientQuotasResponseData().setEntries(entries)));
    }

    /** By type. */
    private static Map<String, ComponentData> asked(List<ComponentData> components) {
        Map<String, ComponentData> asked = new HashMap<>();
        for (ComponentData component : components) {
            String type = component.entityType();
            if (!QuotaEntities.TYPES.contains(type))
                throw new UnsupportedVersionException("Unsupported entity type " + type);
            if (component.matchType() < DescribeClientQuotasRequest.MATCH_TYPE_EXACT
                    || component.matchType() > DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED) {
                throw new InvalidRequestException("Unknown match type " + component.matchType() + " of " + type
                        + ": expected 0 (exact), 1 (default) or 2 (any)");
            }
            boolean exact = component.matchType() == DescribeClientQuotasRequest.MATCH_TYPE_EXACT;
            if (exact != (component.match() != null)) {
                throw new InvalidRequestException("Match type " + component.matchType() + " of " + type
                        + (exact ? " needs a" : " has no") + " name");
            }
            if (asked.put(type, component) != null)
                throw new InvalidRequestException(
                        "Entity type " + type + " cannot appear more than once in the filter.");
        }
        if (asked.containsKey(ClientQuotaEntity.IP) && asked.size() > 1)
            throw new InvalidRequestException("An ip cannot be asked for together with a user or client-id.");
        return asked;
    }

    private static boolean matches(
            Map<String, @Nullable String> names, Map<String, ComponentData> asked, boolean strict) {
        if (strict && (asked.isEmpty() || names.size() != asked.size())) return false;
        return asked.values().stream().allMatch(component -> {
            if (!names.containsKey(component.entityType())) return false;
            String name = names.get(component.entityType());
            return switch (component.matchType()) {
                case DescribeClientQuotasRequest.MATCH_TYPE_EXACT ->
                    component.match().equals(name);
                case DescribeClientQuotasRequest.MATCH_TYPE_DEFAULT -> name == null;
                default -> true;
            };
        });
    }

    private static EntryData entry(QuotaEntity entity, ClientQuotas quotas) {
        EntryData entry = new EntryData();
        QuotaEntities.names(entity)
                .forEach((type, name) ->
                        entry.entity().add(new EntityData().setEntityType(type).setEntityName(name)));
        quotas.of(entity)
                .forEach((key, value) ->
                        entry.values().add(new ValueData().setKey(key).setValue(value)));
        return entry;
    }
}
