package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;
import org.apache.kafka.common.requests.ListConfigResourcesResponse;

/**
 * Names what can have settings (KIP-1142): topics, brokers and their loggers; and groups and subscriptions to clients' metrics that have some.
 * Version 0 is only about the last of these (KIP-1000).
 */
final class ListConfigResourcesHandler implements RequestHandler<ListConfigResourcesRequest> {
    private static final List<ConfigResource.Type> ALL = List.of(
            ConfigResource.Type.TOPIC,
            ConfigResource.Type.BROKER,
            ConfigResource.Type.BROKER_LOGGER,
            ConfigResource.Type.CLIENT_METRICS,
            ConfigResource.Type.GROUP);

    private final ClusterView cluster;

    ListConfigResourcesHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_CONFIG_RESOURCES;
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
    public CompletionStage<ListConfigResourcesResponse> handle(
            RequestContext context, ListConfigResourcesRequest request) {
        Set<Byte> unknown = Set.copyOf(request.data().resourceTypes().stream()
                .filter(type -> ConfigResource.Type.forId(type) == ConfigResource.Type.UNKNOWN)
                .toList());
        ListConfigResourcesResponseData data = new ListConfigResourcesResponseData();
        if (!unknown.isEmpty()) {
            data.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        } else {
            MetadataImage image = cluster.image();
            data.setConfigResources(wanted(context, request)
                    .flatMap(type -> names(type, image)
                            .sorted()
                            .map(name -> new ListConfigResourcesResponseData.ConfigResource()
                                    .setResourceName(name)
                                    .setResourceType(type.id())))
                    .toList());
        }
        return CompletableFuture.completedFuture(new ListConfigResourcesResponse(data));
    }

    private static Stream<ConfigResource.Type> wanted(RequestContext context, ListConfigResourcesRequest request) {
        if (context.version() == 0) return Stream.of(ConfigResource.Type.CLIENT_METRICS);
        List<Byte> types = request.data().resourceTypes();
        return types.isEmpty() ? ALL.stream() : types.stream().distinct().map(ConfigResource.Type::forId);
    }

    private static Stream<String> names(ConfigResource.Type type, MetadataImage image) {
        return switch (type) {
            case TOPIC -> image.topics().stream().map(Topic::name);
            case BROKER, BROKER_LOGGER ->
                image.brokers().stream()
                        .filter(broker -> !broker.fenced())
                        .map(BrokerRegistration::id)
                        .map(id -> Integer.toString(id));
            case CLIENT_METRICS ->
                image.configured(dev.curia.metadata.image.ConfigResource.Type.CLIENT_METRICS).stream();
            case GROUP -> image.configured(dev.curia.metadata.image.ConfigResource.Type.GROUP).stream();
            case UNKNOWN -> Stream.of();
        };
    }
}
