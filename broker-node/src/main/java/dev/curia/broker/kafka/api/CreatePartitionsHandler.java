package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.CreatedPartitions;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds partitions to topics (KIP-195), or only checks whether it could. Every topic has its own outcome. */
public final class CreatePartitionsHandler implements RequestHandler<CreatePartitionsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(CreatePartitionsHandler.class);

    private final TopicAdmin admin;

    CreatePartitionsHandler(TopicAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public CompletionStage<CreatePartitionsResponse> handle(RequestContext context, CreatePartitionsRequest request) {
        var add = dev.curia.proto.admin.v1.CreatePartitionsRequest.newBuilder()
                .setValidateOnly(request.data().validateOnly());
        request.data().topics().forEach(topic -> add.addTopics(wanted(topic)));
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        return admin.createPartitions(add.build(), timeout).handle((added, failure) -> {
            if (failure == null) {
                return response(added.getTopicsList().stream()
                        .map(CreatePartitionsHandler::result)
                        .toList());
            }
            LOG.warn("no answer from the controller to a request to add partitions: {}", failure.toString());
            return response(add.getTopicsList().stream()
                    .map(topic -> result(
                            topic.getTopic(), Errors.REQUEST_TIMED_OUT, "The controller did not answer in time."))
                    .toList());
        });
    }

    private static PartitionCount wanted(CreatePartitionsTopic topic) {
        PartitionCount.Builder wanted =
                PartitionCount.newBuilder().setTopic(topic.name()).setCount(topic.count());
        if (topic.assignments() != null) {
            topic.assignments()
                    .forEach(assignment ->
                            wanted.addReplicas(ReplicaSet.newBuilder().addAllBrokers(assignment.brokerIds())));
        }
        return wanted.build();
    }

    private static CreatePartitionsTopicResult result(CreatedPartitions topic) {
        Errors error = Codes.errors(topic.getStatus().getCode());
        return result(topic.getTopic(), error, topic.getStatus().getMessage());
    }

    private static CreatePartitionsTopicResult result(String topic, Errors error, String message) {
        return new CreatePartitionsTopicResult()
                .setName(topic)
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : message);
    }

    private static CreatePartitionsResponse response(List<CreatePartitionsTopicResult> results) {
        return new CreatePartitionsResponse(new CreatePartitionsResponseData().setResults(results));
    }
}
