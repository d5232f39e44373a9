package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.api.ConfigAlterations.Alteration;
import dev.curia.broker.kafka.api.ConfigAlterations.Change;
import dev.curia.broker.kafka.api.ConfigAlterations.Outcome;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;

/** Changes single settings of topics and leaves the others as they are (KIP-339). */
public final class IncrementalAlterConfigsHandler implements RequestHandler<IncrementalAlterConfigsRequest> {
    private final ConfigAlterations alterations;

    IncrementalAlterConfigsHandler(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
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
    public CompletionStage<IncrementalAlterConfigsResponse> handle(
            RequestContext context, IncrementalAlterConfigsRequest request) {
        return alterations
                .alter(
                        request.data().resources().stream()
                                .map(IncrementalAlterConfigsHandler::alteration)
                                .toList(),
                        request.data().validateOnly())
                .thenApply(outcomes -> new IncrementalAlterConfigsResponse(new IncrementalAlterConfigsResponseData()
                        .setResponses(outcomes.stream()
                                .map(IncrementalAlterConfigsHandler::response)
                                .toList())));
    }

    private static Alteration alteration(AlterConfigsResource resource) {
        return new Alteration(
                resource.resourceType(),
                resource.resourceName(),
                false,
                resource.configs().stream()
                        .map(config -> new Change(config.name(), config.configOperation(), config.value()))
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
