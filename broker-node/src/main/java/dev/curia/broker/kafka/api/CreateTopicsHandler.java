package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.ReplicaAssignment;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates topics, or only checks whether it could. Every topic has its own outcome. */
public final class CreateTopicsHandler implements RequestHandler<CreateTopicsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(CreateTopicsHandler.class);

    /** KIP-599. */
    private static final short FIRST_TO_KNOW_QUOTAS = 6;

    private final TopicAdmin admin;
    private final ConfigEntries configs;
    private final int defaultPartitions;

    /** @param defaultPartitions of a topic that does not say how many, to be counted against a quota */
    CreateTopicsHandler(TopicAdmin admin, ConfigEntries configs, int defaultPartitions) {
        this.admin = admin;
        this.configs = configs;
        this.defaultPartitions = defaultPartitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 7;
    }

    @Override
    public CompletionStage<org.apache.kafka.common.requests.CreateTopicsResponse> handle(
            RequestContext context, CreateTopicsRequest request) {
        return create(context, request, RequestQuota.NONE);
    }

    @Override
    public CompletionStage<org.apache.kafka.common.requests.CreateTopicsResponse> handle(
            RequestContext context, CreateTopicsRequest request, Exchange exchange) {
        return create(context, request, exchange.quota());
    }

    private CompletionStage<org.apache.kafka.common.requests.CreateTopicsResponse> create(
            RequestContext context, CreateTopicsRequest request, RequestQuota quota) {
        Map<String, CreatableTopicResult> results = new LinkedHashMap<>();
        dev.curia.proto.admin.v1.CreateTopicsRequest.Builder create =
                dev.curia.proto.admin.v1.CreateTopicsRequest.newBuilder()
                        .setValidateOnly(request.data().validateOnly());
        Set<String> repeated = repeated(request.data());
        boolean validateOnly = request.data().validateOnly();
        boolean refusable = context.version() >= FIRST_TO_KNOW_QUOTAS;
        request.data().topics().forEach(topic -> {
            CreatableTopicResult result = new CreatableTopicResult().setName(topic.name());
            results.put(topic.name(), result);
            if (repeated.contains(topic.name())) fail(result, Errors.INVALID_REQUEST, "The topic is named twice.");
            else if (hasNullConfig(topic)) fail(result, Errors.INVALID_CONFIG, "A config has no value.");
            else if (!validateOnly && !quota.mayMutate(partitions(topic), refusable))
                fail(result, Errors.THROTTLING_QUOTA_EXCEEDED, Errors.THROTTLING_QUOTA_EXCEEDED.message());
            else create.addTopics(newTopic(topic));
        });
        if (create.getTopicsCount() == 0) return CompletableFuture.completedFuture(answer(results));
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        return admin.createTopics(create.build(), timeout).handle((created, failure) -> {
            if (failure == null) report(created, create, results);
            else {
                LOG.warn("no answer from the controller to a request to create topics: {}", failure.toString());
                create.getTopicsList().forEach(topic -> fail(results, topic.getName()));
            }
            return answer(results);
        });
    }

    private int partitions(CreatableTopic topic) {
        if (!topic.assignments().isEmpty()) return topic.assignments().size();
        return topic.numPartitions() > 0 ? topic.numPartitions() : defaultPartitions;
    }

    private void report(
            CreateTopicsResponse created,
            dev.curia.proto.admin.v1.CreateTopicsRequest.Builder asked,
            Map<String, CreatableTopicResult> results) {
        Map<String, NewTopic> byName = new HashMap<>();
        asked.getTopicsList().forEach(topic -> byName.put(topic.getName(), topic));
        for (CreatedTopic topic : created.getTopicsList()) {
            CreatableTopicResult result = results.get(topic.getName());
            NewTopic wanted = byName.get(topic.getName());
            if (result == null || wanted == null) continue;
            Errors error = Codes.errors(topic.getStatus().getCode());
            if (error != Errors.NONE) {
                fail(result, error, topic.getStatus().getMessage());
                continue;
            }
            if (!topic.getTopicId().isEmpty()) {
                result.setTopicId(Codes.kafka(ImageRecords.uuid(topic.getTopicId())));
            }
            result.setNumPartitions(topic.getPartitions())
                    .setReplicationFactor((short) topic.getReplicationFactor())
                    .setConfigs(effective(wanted));
        }
    }

    private List<CreatableTopicConfigs> effective(NewTopic topic) {
        return configs.topic(topic.getConfigsMap()).stream()
                .map(entry -> new CreatableTopicConfigs()
                        .setName(entry.name())
                        .setValue(entry.value())
                        .setReadOnly(entry.readOnly())
                        .setConfigSource(entry.source().id()))
                .toList();
    }

    private static Set<String> repeated(CreateTopicsRequestData request) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        request.topics().forEach(topic -> {
            if (!seen.add(topic.name())) repeated.add(topic.name());
        });
        return repeated;
    }

    private static boolean hasNullConfig(CreatableTopic topic) {
        return topic.configs().stream().anyMatch(config -> config.value() == null);
    }

    private static NewTopic newTopic(CreatableTopic topic) {
        NewTopic.Builder added = NewTopic.newBuilder()
                .setName(topic.name())
                .setPartitions(topic.numPartitions())
                .setReplicationFactor(topic.replicationFactor());
        topic.assignments()
                .forEach(assignment -> added.addAssignments(ReplicaAssignment.newBuilder()
                        .setPartition(assignment.partitionIndex())
                        .addAllReplicas(assignment.brokerIds())));
        for (CreatableTopicConfig config : topic.configs()) added.putConfigs(config.name(), config.value());
        return added.build();
    }

    private static void fail(Map<String, CreatableTopicResult> results, String name) {
        CreatableTopicResult result = results.get(name);
        if (result != null) fail(result, Errors.REQUEST_TIMED_OUT, "The controller did not answer in time.");
    }

    private static void fail(CreatableTopicResult result, Errors error, String message) {
        result.setErrorCode(error.code()).setErrorMessage(message).setTopicConfigErrorCode(Errors.NONE.code());
    }

    private static org.apache.kafka.common.requests.CreateTopicsResponse answer(
            Map<String, CreatableTopicResult> results) {
        CreateTopicsResponseData data = new CreateTopicsResponseData();
        results.values().forEach(data.topics()::add);
        return new org.apache.kafka.common.requests.CreateTopicsResponse(data);
    }
}
