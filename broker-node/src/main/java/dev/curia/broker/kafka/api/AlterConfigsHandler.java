package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.api.ConfigAlterations.Alteration;
import dev.curia.broker.kafka.api.ConfigAlterations.Change;
import dev.curia.broker.kafka.api.ConfigAlterations.Outcome;
import dev.curia.proto.admin.v1.ConfigChange;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;

/** Replaces all settings of topics: what the request does not name goes back to its default (KIP-133). For older clients. */
public final class AlterConfigsHandler implements RequestHandler<AlterConfigsRequest> {
    private final ConfigAlterations alterations;

    AlterConfigsHandler(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<AlterConfigsResponse> handle(RequestContext context, AlterConfigsRequest request) {
        return alterations
                .alter(
                        request.data().resources().stream()
                                .map(AlterConfigsHandler::alteration)
                                .toList(),
                        request.data().validateOnly())
                .thenApply(outcomes -> new AlterConfigsResponse(new AlterConfigsResponseData()
                        .setResponses(outcomes.stream()
                                .map(AlterConfigsHandler::response)
                                .toList())));
    }

    private static Alteration alteration(AlterConfigsResource resource) {
        return new Alteration(
                resource.resourceType(),
                resource.resourceName(),
                true,
                resource.configs().stream()
                        .map(config ->
                                new Change(config.name(), (byte) ConfigChange.Operation.SET_VALUE, config.value()))
                        .toList());
    }

    private static AlterConfigsResourceResponse response(Outcome outcome) {
        return new AlterConfigsResourceResponse()
                .setResourceType(outcome.of().resourceType())
                .setResourceName(outcome.of().resourceName())
                .setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.message());
    }
}
