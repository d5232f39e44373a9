package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** Says which settings are in force for topics, groups, subscriptions to metrics and this broker, and why; and this broker's loggers (KIP-412). */
public final class DescribeConfigsHandler implements RequestHandler<DescribeConfigsRequest> {
    private final ClusterView cluster;
    private final ConfigEntries configs;
    private final LoggerLevels loggers;

    DescribeConfigsHandler(ClusterView cluster, ConfigEntries configs, LoggerLevels loggers) {
        this.cluster = cluster;
        this.configs = configs;
        this.loggers = loggers;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<DescribeConfigsResponse> handle(RequestContext context, DescribeConfigsRequest request) {
        return CompletableFuture.completedFuture(new DescribeConfigsResponse(new DescribeConfigsResponseData()
                .setResults(request.data().resources().stream()
                        .map(resource -> describe(resource, request.data()))
                        .toList())));
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource, DescribeConfigsRequestData request) {
        DescribeConfigsResult result = new DescribeConfigsResult()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName());
        return switch (org.apache.kafka.common.config.ConfigResource.Type.forId(resource.resourceType())) {
            case TOPIC -> topic(resource, result, request);
            case BROKER -> broker(resource, result, request);
            case BROKER_LOGGER -> loggers(resource, result);
            case GROUP -> group(resource, result, request);
            case CLIENT_METRICS ->
                result.setConfigs(entries(configs.clientMetrics(resource.resourceName()), resource, request));
            case UNKNOWN ->
                failed(
                        result,
                        Errors.INVALID_REQUEST,
                        "Configs of resource type " + resource.resourceType()
                                + " are not known: expected 2 (topic), 4 (broker), 8 (broker loggers),"
                                + " 16 (client metrics) or 32 (group).");
        };
    }

    private DescribeConfigsResult topic(
            DescribeConfigsResource resource, DescribeConfigsResult result, DescribeConfigsRequestData request) {
        String name = resource.resourceName();
        MetadataImage image = cluster.image();
        if (!TopicNames.isValid(name)) return failed(result, Errors.INVALID_TOPIC_EXCEPTION, "Not a topic name.");
        if (image.topic(name).isEmpty()) {
            return failed(result, Errors.UNKNOWN_TOPIC_OR_PARTITION, "Topic " + name + " is not known.");
        }
        return result.setConfigs(entries(configs.topic(image.config(ConfigResource.topic(name))), resource, request));
    }

    private DescribeConfigsResult broker(
            DescribeConfigsResource resource, DescribeConfigsResult result, DescribeConfigsRequestData request) {
        if (resource.resourceName().isEmpty()) {
            return result.setConfigs(entries(configs.brokerDefaults(), resource, request));
        }
        if (!isSelf(resource)) return failed(result, Errors.INVALID_REQUEST, notSelf(resource));
        return result.setConfigs(entries(configs.broker(), resource, request));
    }

    private DescribeConfigsResult group(
            DescribeConfigsResource resource, DescribeConfigsResult result, DescribeConfigsRequestData request) {
        if (resource.resourceName().isEmpty()) {
            return failed(result, Errors.INVALID_REQUEST, "A group's id is empty; name a group.");
        }
        return result.setConfigs(entries(configs.group(resource.resourceName()), resource, request));
    }

    private DescribeConfigsResult loggers(DescribeConfigsResource resource, DescribeConfigsResult result) {
        if (!isSelf(resource)) return failed(result, Errors.INVALID_REQUEST, notSelf(resource));
        List<String> wanted = resource.configurationKeys();
        return result.setConfigs(loggers.levels().entrySet().stream()
                .filter(logger -> wanted == null || wanted.isEmpty() || wanted.contains(logger.getKey()))
                .map(logger -> new DescribeConfigsResourceResult()
                        .setName(logger.getKey())
                        .setValue(logger.getValue())
                        .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id())
                        .setConfigType(ConfigType.STRING.id()))
                .toList());
    }

    private boolean isSelf(DescribeConfigsResource resource) {
        return resource.resourceName().equals(Integer.toString(cluster.brokerId()));
    }

    private String notSelf(DescribeConfigsResource resource) {
        return "Configs of broker " + resource.resourceName() + " are asked of broker " + cluster.brokerId() + ".";
    }

    private static List<DescribeConfigsResourceResult> entries(
            List<ConfigEntries.Entry> entries, DescribeConfigsResource resource, DescribeConfigsRequestData request) {
        List<String> wanted = resource.configurationKeys();
        return entries.stream()
                .filter(entry -> wanted == null || wanted.isEmpty() || wanted.contains(entry.name()))
                .map(entry -> entry(entry, request))
                .toList();
    }

    private static DescribeConfigsResourceResult entry(ConfigEntries.Entry entry, DescribeConfigsRequestData request) {
        DescribeConfigsResourceResult result = new DescribeConfigsResourceResult()
                .setName(entry.name())
                .setValue(entry.value())
                .setIsSensitive(entry.key().isSecret())
                .setReadOnly(entry.readOnly())
                .setConfigSource(entry.source().id())
                .setConfigType(entry.type().id())
                .setDocumentation(request.includeDocumentation() ? entry.key().doc() : null);
        if (request.includeSynonyms()) {
            result.setSynonyms(entry.synonyms().stream()
                    .map(source -> new DescribeConfigsSynonym()
                            .setName(source.name())
                            .setValue(entry.shown(source))
                            .setSource(source.source().id()))
                    .toList());
        }
        return result;
    }

    private static DescribeConfigsResult failed(DescribeConfigsResult result, Errors error, String message) {
        return result.setErrorCode(error.code()).setErrorMessage(message);
    }
}
