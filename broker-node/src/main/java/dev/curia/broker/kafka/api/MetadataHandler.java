package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.common.v1.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which brokers and topics there are, with the addresses of the listener that was asked. A name that is not known is created when
 * both the client and {@code auto.create.topics.enable} want so; the answer waits for that a while.
 */
public final class MetadataHandler implements RequestHandler<MetadataRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataHandler.class);
    private static final short FIRST_WITH_IDS = 12; // KIP-516: versions 10 and 11 carry the field, but no lookup by it
    private static final Duration AUTO_CREATE_TIMEOUT = Duration.ofSeconds(2);
    private static final int DEFAULT_OF_CLUSTER = -1;

    private final ClusterView cluster;
    private final TopicAdmin admin;
    private final boolean autoCreate;

    MetadataHandler(ClusterView cluster, TopicAdmin admin, boolean autoCreate) {
        this.cluster = cluster;
        this.admin = admin;
        this.autoCreate = autoCreate;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.METADATA;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 13;
    }

    @Override
    public CompletionStage<MetadataResponse> handle(RequestContext context, MetadataRequest request) {
        if (request.isAllTopics()) {
            MetadataImage image = cluster.image();
            List<MetadataResponseTopic> topics = image.topics().stream()
                    .map(topic -> describe(topic, image, context))
                    .toList();
            return CompletableFuture.completedFuture(answer(image, topics, context, request.data()));
        }
        List<MetadataRequestTopic> asked = request.data().topics();
        check(asked, context.version());
        return createMissing(request, asked).thenApply(failures -> {
            MetadataImage image = cluster.image();
            List<MetadataResponseTopic> topics = asked.stream()
                    .map(topic -> describe(topic, image, failures, context))
                    .toList();
            return answer(image, topics, context, request.data());
        });
    }

    private static void check(List<MetadataRequestTopic> asked, short version) {
        for (MetadataRequestTopic topic : asked) {
            boolean byId = !isZero(topic.topicId());
            if (version < FIRST_WITH_IDS && (byId || topic.name() == null)) {
                throw new InvalidRequestException("topic ids are not served in version " + version);
            }
            if (!byId && topic.name() == null) throw new InvalidRequestException("neither a topic's name nor its id");
        }
    }

    /** Completes with why topics could not be created, by name; topics that were created are in the image then. */
    private CompletableFuture<Map<String, Errors>> createMissing(
            MetadataRequest request, List<MetadataRequestTopic> asked) {
        MetadataImage image = cluster.image();
        List<NewTopic> missing = asked.stream()
                .filter(topic -> isZero(topic.topicId()))
                .map(MetadataRequestTopic::name)
                .filter(Objects::nonNull)
                .distinct()
                .filter(name -> TopicNames.isValid(name) && image.topic(name).isEmpty())
                .map(name -> NewTopic.newBuilder()
                        .setName(name)
                        .setPartitions(DEFAULT_OF_CLUSTER)
                        .setReplicationFactor(DEFAULT_OF_CLUSTER)
                        .build())
                .toList();
        if (missing.isEmpty() || !autoCreate || !request.allowAutoTopicCreation()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        CreateTopicsRequest create =
                CreateTopicsRequest.newBuilder().addAllTopics(missing).build();
        return admin.createTopics(create, AUTO_CREATE_TIMEOUT).handle((created, failure) -> {
            Map<String, Errors> failures = new LinkedHashMap<>();
            if (failure != null) {
                LOG.warn("cannot create {} for a client now: {}", names(missing), failure.toString());
                missing.forEach(topic -> failures.put(topic.getName(), Errors.LEADER_NOT_AVAILABLE));
            } else {
                created.getTopicsList().forEach(topic -> note(topic, failures));
            }
            return failures;
        });
    }

    private static void note(CreatedTopic topic, Map<String, Errors> failures) {
        ErrorCode code = topic.getStatus().getCode();
        if (code == ErrorCode.NONE || code == ErrorCode.TOPIC_ALREADY_EXISTS) {
            // Known to the controller; this broker's image may be a moment behind when someone else has created it.
            failures.put(topic.getName(), Errors.LEADER_NOT_AVAILABLE);
        } else {
            failures.put(topic.getName(), Codes.errors(code));
        }
    }

    private static List<String> names(List<NewTopic> topics) {
        return topics.stream().map(NewTopic::getName).toList();
    }

    private MetadataResponse answer(
            MetadataImage image,
            List<MetadataResponseTopic> topics,
            RequestContext context,
            MetadataRequestData request) {
        MetadataResponseData data = new MetadataResponseData()
                .setClusterId(image.clusterId())
                .setClusterAuthorizedOperations(AuthorizedOperations.when(
                        request.includeClusterAuthorizedOperations(), AuthorizedOperations.CLUSTER))
                .setControllerId(Brokers.controllerId(image, cluster.brokerId()));
        Brokers.alive(image, context.listener())
                .forEach((broker, endpoint) -> data.brokers()
                        .add(new MetadataResponseBroker()
                                .setNodeId(broker.id())
                                .setHost(endpoint.host())
                                .setPort(endpoint.port())
                                .setRack(broker.rack().orElse(null))));
        topics.forEach(topic -> {
            boolean asked = request.includeTopicAuthorizedOperations() && topic.errorCode() == Errors.NONE.code();
            data.topics()
                    .add(topic.setTopicAuthorizedOperations(
                            AuthorizedOperations.when(asked, AuthorizedOperations.TOPIC)));
        });
        return new MetadataResponse(data, context.version());
    }

    private static MetadataResponseTopic describe(
            MetadataRequestTopic asked, MetadataImage image, Map<String, Errors> failures, RequestContext context) {
        String name = asked.name();
        if (!isZero(asked.topicId())) {
            Uuid id = Codes.uuid(asked.topicId());
            return image.topic(id)
                    .map(topic -> describe(topic, image, context))
                    .orElseGet(() -> new MetadataResponseTopic()
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                            .setTopicId(asked.topicId())
                            .setName(null));
        }
        String known = Objects.requireNonNull(name);
        return image.topic(known).map(topic -> describe(topic, image, context)).orElseGet(() -> {
            Errors error = TopicNames.isValid(known)
                    ? failures.getOrDefault(known, Errors.UNKNOWN_TOPIC_OR_PARTITION)
                    : Errors.INVALID_TOPIC_EXCEPTION;
            return new MetadataResponseTopic().setErrorCode(error.code()).setName(known);
        });
    }

    private static MetadataResponseTopic describe(Topic topic, MetadataImage image, RequestContext context) {
        List<MetadataResponsePartition> partitions = new ArrayList<>();
        for (PartitionState state : topic.partitions()) {
            partitions.add(describe(partitions.size(), state, image, context));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(Codes.kafka(topic.id()))
                .setIsInternal(topic.internal())
                .setPartitions(partitions);
    }

    /** A leader that can't be reached over this listener is as good as none. */
    static MetadataResponsePartition describe(
            int index, PartitionState state, MetadataImage image, RequestContext context) {
        boolean reachable = image.isAlive(state.leader())
                && image.broker(state.leader())
                        .flatMap(broker -> broker.listener(context.listener()))
                        .isPresent();
        return new MetadataResponsePartition()
                .setErrorCode((reachable ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE).code())
                .setPartitionIndex(index)
                .setLeaderId(reachable ? state.leader() : MetadataResponse.NO_LEADER_ID)
                .setLeaderEpoch(state.leaderEpoch())
                .setReplicaNodes(state.replicas())
                .setIsrNodes(state.isr())
                .setOfflineReplicas(state.replicas().stream()
                        .filter(id -> !image.isAlive(id))
                        .toList());
    }

    private static boolean isZero(org.apache.kafka.common.Uuid id) {
        return id.equals(org.apache.kafka.common.Uuid.ZERO_UUID);
    }
}
