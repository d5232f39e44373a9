package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.MetadataImage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKeyCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;

/**
 * Says which requests this broker serves (KIP-35, KIP-511) and which features the cluster has finalized (KIP-584). A version of this
 * request that is not served is answered with UNSUPPORTED_VERSION in the format of version 0, never by closing.
 */
final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequest> {
    private final ApiTable table;
    private final ClusterView cluster;

    ApiVersionsHandler(ApiTable table, ClusterView cluster) {
        this.table = table;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<ApiVersionsResponse> handle(RequestContext context, ApiVersionsRequest request) {
        return CompletableFuture.completedFuture(new ApiVersionsResponse(answer(request, false)));
    }

    @Override
    public CompletionStage<ApiVersionsResponse> handle(
            RequestContext context, ApiVersionsRequest request, Exchange exchange) {
        return CompletableFuture.completedFuture(
                new ApiVersionsResponse(answer(request, exchange.sasl().isPresent())));
    }

    /** @param sasl whether clients log in here */
    private ApiVersionsResponseData answer(ApiVersionsRequest request, boolean sasl) {
        if (request.hasUnsupportedRequestVersion()) {
            return new ApiVersionsResponseData()
                    .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                    .setApiKeys(advertised(sasl));
        }
        if (!request.isValid()) {
            return new ApiVersionsResponseData().setErrorCode(Errors.INVALID_REQUEST.code());
        }
        MetadataImage image = cluster.image();
        if (isMisdirected(request.data(), image.clusterId())) {
            // KIP-1242: the client has reached another cluster or broker than it believes, and must look its brokers up
            // anew.
            return new ApiVersionsResponseData()
                    .setErrorCode(Errors.REBOOTSTRAP_REQUIRED.code())
                    .setApiKeys(advertised(sasl));
        }
        return new ApiVersionsResponseData()
                .setApiKeys(advertised(sasl))
                .setSupportedFeatures(supported(request.version()))
                .setFinalizedFeatures(finalized(image))
                .setFinalizedFeaturesEpoch(Math.max(0, image.index()));
    }

    /** A broker that has just started does not know its cluster yet: whoever comes then is not sent away from where it belongs. */
    private boolean isMisdirected(ApiVersionsRequestData request, String clusterId) {
        String expected = request.clusterId();
        boolean named = expected != null && !expected.isEmpty() && !clusterId.isEmpty();
        return (named && !expected.equals(clusterId))
                || (request.nodeId() >= 0 && request.nodeId() != cluster.brokerId());
    }

    private ApiVersionCollection advertised(boolean sasl) {
        ApiVersionCollection versions = new ApiVersionCollection();
        table.handlers().stream()
                .filter(handler -> sasl || !ApiTable.isLogin(handler.api()))
                .forEach(handler -> versions.add(new ApiVersion()
                        .setApiKey(handler.api().id)
                        .setMinVersion(handler.advertisedMinVersion())
                        .setMaxVersion(handler.maxVersion())));
        return versions;
    }

    private static SupportedFeatureKeyCollection supported(short version) {
        SupportedFeatureKeyCollection features = new SupportedFeatureKeyCollection();
        Features.SUPPORTED.forEach((name, levels) -> {
            // Clients before version 4 fail on a minimum of 0 (KAFKA-17492), and are not told of the feature.
            if (levels.max() == 0 || (version < 4 && levels.min() == 0)) return;
            features.add(new SupportedFeatureKey()
                    .setName(name)
                    .setMinVersion((short) levels.min())
                    .setMaxVersion((short) levels.max()));
        });
        return features;
    }

    private static FinalizedFeatureKeyCollection finalized(MetadataImage image) {
        FinalizedFeatureKeyCollection features = new FinalizedFeatureKeyCollection();
        image.features()
                .forEach((name, level) -> features.add(new FinalizedFeatureKey()
                        .setName(name)
                        .setMinVersionLevel(level.shortValue())
                        .setMaxVersionLevel(level.shortValue())));
        return features;
    }
}
