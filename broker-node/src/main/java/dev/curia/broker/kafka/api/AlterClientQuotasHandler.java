package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.proto.admin.v1.ClientQuotaAlteration;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntryData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets and removes client quotas, or only checks whether it could (KIP-546). Every entity has its own outcome. */
final class AlterClientQuotasHandler implements RequestHandler<AlterClientQuotasRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AlterClientQuotasHandler.class);

    /** The request carries no time of its own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ClusterAdmin cluster;

    AlterClientQuotasHandler(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_CLIENT_QUOTAS;
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
    public CompletionStage<AlterClientQuotasResponse> handle(RequestContext context, AlterClientQuotasRequest request) {
        List<EntryData> results = new ArrayList<>();
        List<EntryData> sent = new ArrayList<>();
        var alter = dev.curia.proto.admin.v1.AlterClientQuotasRequest.newBuilder()
                .setValidateOnly(request.data().validateOnly());
        for (AlterClientQuotasRequestData.EntryData entry : request.data().entries()) {
            EntryData result = new EntryData();
            entry.entity()
                    .forEach(part -> result.entity()
                            .add(new EntityData()
                                    .setEntityType(part.entityType())
                                    .setEntityName(part.entityName())));
            results.add(result);
            try {
                alter.addAlterations(alteration(entry));
                sent.add(result);
            } catch (IllegalArgumentException e) {
                outcome(result, Errors.INVALID_REQUEST, e.getMessage());
            }
        }
        if (sent.isEmpty()) return CompletableFuture.completedFuture(response(results));
        return cluster.alterClientQuotas(alter.build(), TIMEOUT).handle((altered, failure) -> {
            if (failure != null)
                LOG.warn("no answer from the controller to a request to alter client quotas: {}", failure.toString());
            for (int i = 0; i < sent.size(); i++) {
                if (failure == null) {
                    var status = altered.getResults(i).getStatus();
                    outcome(sent.get(i), Codes.errors(status.getCode()), status.getMessage());
                } else {
                    outcome(sent.get(i), Errors.REQUEST_TIMED_OUT, "The controller did not answer in time.");
                }
            }
            return response(results);
        });
    }

    /** @throws IllegalArgumentException when there can be no such entity */
    private static ClientQuotaAlteration alteration(AlterClientQuotasRequestData.EntryData entry) {
        Map<String, @Nullable String> names = new HashMap<>();
        for (AlterClientQuotasRequestData.EntityData part : entry.entity()) {
            if (names.containsKey(part.entityType()))
                throw new IllegalArgumentException("Entity type " + part.entityType() + " is named twice.");
            names.put(part.entityType(), part.entityName());
        }
        ClientQuotaAlteration.Builder alteration =
                ClientQuotaAlteration.newBuilder().setEntity(ImageRecords.proto(QuotaEntities.entity(names)));
        entry.ops().forEach(op -> alteration.addChanges(change(op)));
        return alteration.build();
    }

    private static ClientQuotaChange change(OpData op) {
        ClientQuotaChange.Builder change = ClientQuotaChange.newBuilder().setKey(op.key());
        if (!op.remove()) change.setValue(op.value());
        return change.build();
    }

    private static void outcome(EntryData result, Errors error, @Nullable String message) {
        result.setErrorCode(error.code()).setErrorMessage(error == Errors.NONE ? null : message);
    }

    private static AlterClientQuotasResponse response(List<EntryData> results) {
        return new AlterClientQuotasResponse(new AlterClientQuotasResponseData().setEntries(results));
    }
}
