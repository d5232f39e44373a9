package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.DeletedTopic;
import dev.curia.proto.admin.v1.TopicRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes topics, by name or (from version 6) by id. Every topic has its own outcome. */
public final class DeleteTopicsHandler implements RequestHandler<DeleteTopicsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(DeleteTopicsHandler.class);

    /** KIP-599. */
    private static final short FIRST_TO_KNOW_QUOTAS = 5;

    private final ClusterView cluster;
    private final TopicAdmin admin;

    DeleteTopicsHandler(ClusterView cluster, TopicAdmin admin) {
        this.cluster = cluster;
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public CompletionStage<DeleteTopicsResponse> handle(RequestContext context, DeleteTopicsRequest request) {
        return delete(context, request, RequestQuota.NONE);
    }

    @Override
    public CompletionStage<DeleteTopicsResponse> handle(
            RequestContext context, DeleteTopicsRequest request, Exchange exchange) {
        return delete(context, request, exchange.quota());
    }

    private CompletionStage<DeleteTopicsResponse> delete(
            RequestContext context, DeleteTopicsRequest request, RequestQuota quota) {
        DeleteTopicsResponseData data = new DeleteTopicsResponseData();
        List<DeleteTopicState> topics = request.topics();
        dev.curia.proto.admin.v1.DeleteTopicsRequest.Builder delete =
                dev.curia.proto.admin.v1.DeleteTopicsRequest.newBuilder();
        boolean refusable = context.version() >= FIRST_TO_KNOW_QUOTAS;
        for (DeleteTopicState topic : topics) {
            boolean byId = !isZero(topic.topicId());
            if (byId == (topic.name() != null)) {
                data.responses()
                        .add(result(topic, Errors.INVALID_REQUEST, "Expected either the name or the id of a topic."));
            } else if (!quota.mayMutate(partitions(topic), refusable)) {
                Errors error = Errors.THROTTLING_QUOTA_EXCEEDED;
                data.responses().add(result(topic, error, error.message()));
            } else {
                delete.addTopics(reference(topic, byId));
            }
        }
        if (delete.getTopicsCount() == 0) {
            return CompletableFuture.completedFuture(new DeleteTopicsResponse(data));
        }
        // Names of topics deleted by id are looked up now: afterwards nobody knows them.
        List<DeletableTopicResult> unknownOutcome =
                delete.getTopicsList().stream().map(this::noAnswer).toList();
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        return admin.deleteTopics(delete.build(), timeout).handle((deleted, failure) -> {
            if (failure == null)
                deleted.getTopicsList().forEach(topic -> data.responses().add(result(topic)));
            else {
                LOG.warn("no answer from the controller to a request to delete topics: {}", failure.toString());
                unknownOutcome.forEach(data.responses()::add);
            }
            return new DeleteTopicsResponse(data);
        });
    }

    private int partitions(DeleteTopicState topic) {
        MetadataImage image = cluster.image();
        Optional<Topic> known =
                topic.name() == null ? image.topic(Codes.uuid(topic.topicId())) : image.topic(topic.name());
        return known.map(each -> each.partitions().size()).orElse(0);
    }

    private static TopicRef reference(DeleteTopicState topic, boolean byId) {
        return byId
                ? TopicRef.newBuilder()
                        .setTopicId(ImageRecords.bytes(Codes.uuid(topic.topicId())))
                        .build()
                : TopicRef.newBuilder().setName(topic.name()).build();
    }

    private DeletableTopicResult noAnswer(TopicRef topic) {
        DeletableTopicResult result = new DeletableTopicResult()
                .setErrorCode(Errors.REQUEST_TIMED_OUT.code())
                .setErrorMessage("The controller did not answer in time.");
        if (topic.hasName()) return result.setName(topic.getName());
        Uuid id = ImageRecords.uuid(topic.getTopicId());
        return result.setTopicId(Codes.kafka(id))
                .setName(cluster.image().topic(id).map(known -> known.name()).orElse(null));
    }

    private static DeletableTopicResult result(DeletedTopic topic) {
        Errors error = Codes.errors(topic.getStatus().getCode());
        DeletableTopicResult result = new DeletableTopicResult()
                .setName(topic.getName().isEmpty() && !topic.getTopicId().isEmpty() ? null : topic.getName())
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : topic.getStatus().getMessage());
        if (!topic.getTopicId().isEmpty()) result.setTopicId(Codes.kafka(ImageRecords.uuid(topic.getTopicId())));
        return result;
    }

    private static DeletableTopicResult result(DeleteTopicState topic, Errors error, String message) {
        return new DeletableTopicResult()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    private static boolean isZero(org.apache.kafka.common.Uuid id) {
        return id.equals(org.apache.kafka.common.Uuid.ZERO_UUID);
    }
}
