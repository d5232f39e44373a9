package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.admin.v1.TopicPartitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ElectLeadersRequest;
import org.apache.kafka.common.requests.ElectLeadersResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Elects preferred leaders (KIP-183), or from version 1 on, where nobody leads, the longest log although it may lack records (KIP-460). */
public final class ElectLeadersHandler implements RequestHandler<ElectLeadersRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ElectLeadersHandler.class);

    private final TopicAdmin admin;

    ElectLeadersHandler(TopicAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<ElectLeadersResponse> handle(RequestContext context, ElectLeadersRequest request) {
        var elect = dev.curia.proto.admin.v1.ElectLeadersRequest.newBuilder();
        byte type = request.data().electionType();
        if (type != ElectionType.PREFERRED.value && type != ElectionType.UNCLEAN.value) {
            return CompletableFuture.completedFuture(response(context, Errors.INVALID_REQUEST, List.of()));
        }
        elect.setUnclean(type == ElectionType.UNCLEAN.value);
        var asked = request.data().topicPartitions();
        if (asked == null) elect.setAll(true);
        else {
            asked.stream()
                    .filter(topic -> !topic.partitions().isEmpty())
                    .forEach(topic -> elect.addPartitions(
                            TopicPartitions.newBuilder().setTopic(topic.topic()).addAllPartitions(topic.partitions())));
        }
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        return admin.electLeaders(elect.build(), timeout).handle((elected, failure) -> {
            if (failure == null) return response(context, elected.getPartitionsList());
            LOG.warn("no answer from the controller to a request to elect leaders: {}", failure.toString());
            List<ReplicaElectionResult> unknown = new ArrayList<>();
            for (TopicPartitions topic : elect.getPartitionsList()) {
                unknown.add(new ReplicaElectionResult()
                        .setTopic(topic.getTopic())
                        .setPartitionResult(topic.getPartitionsList().stream()
                                .map(ElectLeadersHandler::unanswered)
                                .toList()));
            }
            return response(context, Errors.REQUEST_TIMED_OUT, unknown);
        });
    }

    private static PartitionResult unanswered(int partition) {
        return new PartitionResult()
                .setPartitionId(partition)
                .setErrorCode(Errors.REQUEST_TIMED_OUT.code())
                .setErrorMessage("The controller did not answer in time.");
    }

    private static ElectLeadersResponse response(RequestContext context, List<ElectedLeader> elected) {
        Map<String, ReplicaElectionResult> topics = new LinkedHashMap<>();
        for (ElectedLeader leader : elected) {
            Errors error = Codes.errors(leader.getStatus().getCode());
            topics.computeIfAbsent(leader.getTopic(), name -> new ReplicaElectionResult().setTopic(name))
                    .partitionResult()
                    .add(new PartitionResult()
                            .setPartitionId(leader.getPartition())
                            .setErrorCode(error.code())
                            .setErrorMessage(
                                    error == Errors.NONE
                                            ? null
                                            : leader.getStatus().getMessage()));
        }
        return response(context, Errors.NONE, List.copyOf(topics.values()));
    }

    private static ElectLeadersResponse response(
            RequestContext context, Errors error, List<ReplicaElectionResult> results) {
        ElectLeadersResponseData data = new ElectLeadersResponseData().setReplicaElectionResults(results);
        // Version 0 only has the errors of partitions.
        return new ElectLeadersResponse(context.version() == 0 ? data : data.setErrorCode(error.code()));
    }
}
