package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.CreatedPartitions;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    /** KIP-599. */
    private static final short FIRST_TO_KNOW_QUOTAS = 3;

    private final ClusterView cluster;
    private final TopicAdmin admin;

    CreatePartitionsHandler(ClusterView cluster, TopicAdmin admin) {
        this.cluster = cluster;
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
        return add(context, request, RequestQuota.NONE);
    }

    @Override
    public CompletionStage<CreatePartitionsResponse> handle(
            RequestContext context, CreatePartitionsRequest request, Exchange exchange) {
        return add(context, request, exchange.quota());
    }

    private CompletionStage<CreatePartitionsResponse> add(
            RequestContext context, CreatePartitionsRequest request, RequestQuota quota) {
        boolean validateOnly = request.data().validateOnly();
        boolean refusable = context.version() >= FIRST_TO_KNOW_QUOTAS;
        var add = dev.curia.proto.admin.v1.CreatePartitionsRequest.newBuilder().setValidateOnly(validateOnly);
        List<CreatePartitionsTopicResult> results = new ArrayList<>();
        request.data().topics().forEach(topic -> {
            if (validateOnly || quota.mayMutate(added(topic), refusable)) add.addTopics(wanted(topic));
            else {
                Errors error = Errors.THROTTLING_QUOTA_EXCEEDED;
                results.add(result(topic.name(), error, error.message()));
            }
        });
        if (add.getTopicsCount() == 0) return CompletableFuture.completedFuture(response(results));
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        return admin.createPartitions(add.build(), timeout).handle((added, failure) -> {
            if (failure == null) added.getTopicsList().forEach(topic -> results.add(result(topic)));
            else {
                LOG.warn("no answer from the controller to a request to add partitions: {}", failure.toString());
                add.getTopicsList()
                        .forEach(topic -> results.add(result(
                                topic.getTopic(), Errors.REQUEST_TIMED_OUT, "The controller did not answer in time.")));
            }
            return response(results);
        });
    }

    /** How many partitions it would have more. */
    private int added(CreatePartitionsTopic topic) {
        int now = cluster.image()
                .topic(topic.name())
                .map(known -> known.partitions().size())
                .orElse(topic.count());
        return Math.max(0, topic.count() - now);
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
