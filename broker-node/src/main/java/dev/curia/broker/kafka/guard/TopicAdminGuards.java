package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.ALTER;
import static dev.curia.common.security.Operation.CREATE;
import static dev.curia.common.security.Operation.DELETE;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.DESCRIBE_CONFIGS;
import static dev.curia.common.security.ResourceType.CLUSTER;
import static dev.curia.common.security.ResourceType.THE_CLUSTER;
import static dev.curia.common.security.ResourceType.TOPIC;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.kafka.guard.Guard.Verdict;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.jspecify.annotations.Nullable;

/** Of what topics there are. A topic that somebody may not describe is not told from one that is not there. */
final class TopicAdminGuards {
    private static final Errors REFUSED = Errors.TOPIC_AUTHORIZATION_FAILED;

    private static final short FIRST_METADATA_BY_ID = 12;

    /** In place of a number of authorized operations: nobody asked for it. */
    private static final int NOT_ASKED = Integer.MIN_VALUE;

    private static final short FIRST_TO_DELETE_BY_ID = 6;
    private static final int UNKNOWN = -1;

    private final ClusterView cluster;
    private final NamedTopics topics;
    private final boolean autoCreate;

    TopicAdminGuards(ClusterView cluster, boolean autoCreate) {
        this.cluster = cluster;
        this.topics = new NamedTopics(cluster);
        this.autoCreate = autoCreate;
    }

    void addTo(Map<ApiKeys, Guard<?, ?>> guards) {
        Guard<MetadataRequest, MetadataResponse> metadata = this::metadata;
        Guard<DescribeClusterRequest, DescribeClusterResponse> describeCluster = TopicAdminGuards::describeCluster;
        Guard<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> partitions = this::partitions;
        Guard<CreateTopicsRequest, CreateTopicsResponse> create = TopicAdminGuards::create;
        Guard<DeleteTopicsRequest, DeleteTopicsResponse> delete = this::delete;
        Guard<CreatePartitionsRequest, CreatePartitionsResponse> grow = TopicAdminGuards::grow;
        guards.put(ApiKeys.METADATA, metadata);
        guards.put(ApiKeys.DESCRIBE_CLUSTER, describeCluster);
        guards.put(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, partitions);
        guards.put(ApiKeys.CREATE_TOPICS, create);
        guards.put(ApiKeys.DELETE_TOPICS, delete);
        guards.put(ApiKeys.CREATE_PARTITIONS, grow);
    }

    private Verdict<MetadataResponse> metadata(Access access, MetadataRequest request, RequestContext context) {
        boolean all = request.isAllTopics();
        List<MetadataResponseTopic> refused = all ? List.of() : refuse(access, request);
        // In version 0 no topics mean all of them, which must not come of having taken the last one out.
        boolean none = !all && request.isAllTopics();
        return Verdict.allowed(answer -> {
            MetadataResponseData data = answer.data();
            if (none) data.topics().clear();
            if (all) data.topics().removeIf(topic -> !access.sees(DESCRIBE, TOPIC, topic.name()));
            for (MetadataResponseTopic topic : data.topics()) {
                boolean asked = topic.topicAuthorizedOperations() != NOT_ASKED;
                if (asked) topic.setTopicAuthorizedOperations(access.operations(TOPIC, topic.name()));
            }
            data.topics().addAll(refused);
            data.setClusterAuthorizedOperations(ofCluster(access, data.clusterAuthorizedOperations()));
            return answer;
        });
    }

    private List<MetadataResponseTopic> refuse(Access access, MetadataRequest request) {
        List<MetadataResponseTopic> answers = new ArrayList<>();
        MetadataImage image = cluster.newest();
        boolean creates = autoCreate && request.allowAutoTopicCreation();
        boolean byId = request.version() >= FIRST_METADATA_BY_ID;
        // Ids in older versions are refused by the handler, which names no topic thereby.
        Items.refused(request.data().topics(), topic -> (isById(topic) && !byId) || mayLook(access, topic, image))
                .forEach(topic -> answers.add(refusal(topic)));
        if (creates) {
            Items.refused(request.data().topics(), topic -> mayBe(access, topic, image))
                    .forEach(topic -> answers.add(refusal(topic)));
        }
        return answers;
    }

    /** By id, what is not known is nobody's, and the handler says so. */
    private static boolean mayLook(Access access, MetadataRequestTopic topic, MetadataImage image) {
        Optional<String> name = isById(topic)
                ? image.topic(Codes.uuid(topic.topicId())).map(Topic::name)
                : Optional.ofNullable(topic.name());
        return name.filter(its -> !access.may(DESCRIBE, TOPIC, its)).isEmpty();
    }

    /** A topic that is not there would be created. */
    private static boolean mayBe(Access access, MetadataRequestTopic topic, MetadataImage image) {
        return isById(topic)
                || topic.name() == null
                || image.topic(topic.name()).isPresent()
                || access.sees(CREATE, CLUSTER, THE_CLUSTER)
                || access.may(CREATE, TOPIC, topic.name());
    }

    private static boolean isById(MetadataRequestTopic topic) {
        return !topic.topicId().equals(Uuid.ZERO_UUID);
    }

    /** An id without its name, or a name without its id. */
    private static MetadataResponseTopic refusal(MetadataRequestTopic topic) {
        return new MetadataResponseTopic()
                .setErrorCode(REFUSED.code())
                .setName(isById(topic) ? null : topic.name())
                .setTopicId(topic.topicId());
    }

    private static int ofCluster(Access access, int answered) {
        if (answered == NOT_ASKED) return answered;
        return access.sees(DESCRIBE, CLUSTER, THE_CLUSTER) ? access.operations(CLUSTER, THE_CLUSTER) : 0;
    }

    private static Verdict<DescribeClusterResponse> describeCluster(
            Access access, DescribeClusterRequest request, RequestContext context) {
        return Verdict.allowed(answer -> {
            answer.data()
                    .setClusterAuthorizedOperations(
                            ofCluster(access, answer.data().clusterAuthorizedOperations()));
            return answer;
        });
    }

    private Verdict<DescribeTopicPartitionsResponse> partitions(
            Access access, DescribeTopicPartitionsRequest request, RequestContext context) {
        DescribeTopicPartitionsRequestData data = request.data();
        List<TopicRequest> refused = List.of();
        if (data.topics().isEmpty()) {
            // Not what is answered but what is asked for: the cursor is a name, too.
            data.setTopics(cluster.image().topics().stream()
                    .map(Topic::name)
                    .filter(name -> access.sees(DESCRIBE, TOPIC, name))
                    .map(name -> new TopicRequest().setName(name))
                    .toList());
        } else {
            refused = Items.refused(data.topics(), topic -> access.may(DESCRIBE, TOPIC, topic.name()));
        }
        List<DescribeTopicPartitionsResponseTopic> refusals = Items.map(
                refused,
                topic -> new DescribeTopicPartitionsResponseTopic()
                        .setName(topic.name())
                        .setErrorCode(REFUSED.code()));
        if (data.topics().isEmpty()) {
            DescribeTopicPartitionsResponseData none = new DescribeTopicPartitionsResponseData();
            none.topics().addAll(refusals);
            return new Verdict.Answer<>(new DescribeTopicPartitionsResponse(none));
        }
        return Verdict.allowed(answer -> {
            answer.data()
                    .topics()
                    .forEach(topic -> topic.setTopicAuthorizedOperations(access.operations(TOPIC, topic.name())));
            answer.data().topics().addAll(refusals);
            return answer;
        });
    }

    private static Verdict<CreateTopicsResponse> create(
            Access access, CreateTopicsRequest request, RequestContext context) {
        List<CreatableTopic> refused = access.sees(CREATE, CLUSTER, THE_CLUSTER)
                ? List.of()
                : Items.refused(request.data().topics(), topic -> access.may(CREATE, TOPIC, topic.name()));
        return Verdict.allowed(answer -> {
            for (CreatableTopicResult result : answer.data().topics()) {
                boolean created = result.errorCode() == Errors.NONE.code();
                if (created && !access.sees(DESCRIBE_CONFIGS, TOPIC, result.name())) {
                    result.setTopicConfigErrorCode(REFUSED.code())
                            .setNumPartitions(UNKNOWN)
                            .setReplicationFactor((short) UNKNOWN)
                            .setConfigs(List.of());
                }
            }
            refused.forEach(topic -> answer.data()
                    .topics()
                    .add(new CreatableTopicResult()
                            .setName(topic.name())
                            .setErrorCode(REFUSED.code())
                            .setErrorMessage(REFUSED.message())));
            return answer;
        });
    }

    private Verdict<DeleteTopicsResponse> delete(Access access, DeleteTopicsRequest request, RequestContext context) {
        DeleteTopicsRequestData data = request.data();
        List<DeletableTopicResult> refused = new ArrayList<>();
        if (context.version() < FIRST_TO_DELETE_BY_ID) {
            Items.refused(data.topicNames(), name -> access.may(DELETE, TOPIC, name))
                    .forEach(name -> refused.add(refusal(name, Uuid.ZERO_UUID)));
        } else {
            Items.refused(data.topics(), topic -> mayDelete(access, topic))
                    .forEach(topic -> refused.add(refusal(shownName(access, topic), topic.topicId())));
        }
        return Verdict.allowed(answer -> {
            answer.data().responses().addAll(refused);
            return answer;
        });
    }

    private boolean mayDelete(Access access, DeleteTopicState topic) {
        return topics.allowed(topic.name(), topic.topicId(), name -> access.may(DELETE, TOPIC, name));
    }

    /** Who deletes by id does not learn the name thereby. */
    private @Nullable String shownName(Access access, DeleteTopicState topic) {
        if (topic.name() != null) return topic.name();
        return topics.name(null, topic.topicId())
                .filter(its -> access.sees(DESCRIBE, TOPIC, its))
                .orElse(null);
    }

    private static DeletableTopicResult refusal(@Nullable String name, Uuid id) {
        return new DeletableTopicResult()
                .setName(name)
                .setTopicId(id)
                .setErrorCode(REFUSED.code())
                .setErrorMessage(REFUSED.message());
    }

    private static Verdict<CreatePartitionsResponse> grow(
            Access access, CreatePartitionsRequest request, RequestContext context) {
        List<CreatePartitionsTopic> refused =
                Items.refused(request.data().topics(), topic -> access.may(ALTER, TOPIC, topic.name()));
        return Verdict.allowed(answer -> {
            answer.data()
                    .setResults(Items.and(
                            answer.data().results(),
                            Items.map(
                                    refused,
                                    topic -> new CreatePartitionsTopicResult()
                                            .setName(topic.name())
                                            .setErrorCode(REFUSED.code())
                                            .setErrorMessage(REFUSED.message()))));
            return answer;
        });
    }
}
