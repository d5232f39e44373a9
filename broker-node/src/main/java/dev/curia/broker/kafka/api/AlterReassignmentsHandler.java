package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlteredReassignment;
import dev.curia.proto.admin.v1.Reassignment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves partitions to other brokers, or stops that (KIP-455). Every partition has its own outcome. */
public final class AlterReassignmentsHandler implements RequestHandler<AlterPartitionReassignmentsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AlterReassignmentsHandler.class);

    private final TopicAdmin admin;

    AlterReassignmentsHandler(TopicAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
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
    public CompletionStage<AlterPartitionReassignmentsResponse> handle(
            RequestContext context, AlterPartitionReassignmentsRequest request) {
        AlterReassignmentsRequest.Builder alter = AlterReassignmentsRequest.newBuilder()
                .setKeepReplicationFactor(!request.data().allowReplicationFactorChange());
        Map<String, ReassignableTopicResponse> results = new LinkedHashMap<>();
        for (ReassignableTopic topic : request.data().topics()) {
            for (ReassignablePartition partition : topic.partitions()) {
                // Null stops a move; an empty list is a target that nobody can mean.
                if (partition.replicas() != null && partition.replicas().isEmpty()) {
                    add(
                            results,
                            topic.name(),
                            partition.partitionIndex(),
                            Errors.INVALID_REPLICA_ASSIGNMENT,
                            "Expected at least one replica, or null to stop a move.");
                } else {
                    alter.addPartitions(wanted(topic.name(), partition));
                }
            }
        }
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        return admin.alterReassignments(alter.build(), timeout).handle((altered, failure) -> {
            if (failure == null) altered.getPartitionsList().forEach(result -> add(results, result));
            else {
                LOG.warn("no answer from the controller to a request to move partitions: {}", failure.toString());
                alter.getPartitionsList()
                        .forEach(partition -> add(
                                results,
                                partition.getTopic(),
                                partition.getPartition(),
                                Errors.REQUEST_TIMED_OUT,
                                "The controller did not answer in time."));
            }
            return new AlterPartitionReassignmentsResponse(new AlterPartitionReassignmentsResponseData()
                    .setAllowReplicationFactorChange(request.data().allowReplicationFactorChange())
                    .setResponses(List.copyOf(results.values())));
        });
    }

    private static Reassignment wanted(String topic, ReassignablePartition partition) {
        Reassignment.Builder wanted =
                Reassignment.newBuilder().setTopic(topic).setPartition(partition.partitionIndex());
        if (partition.replicas() != null) wanted.addAllReplicas(partition.replicas());
        return wanted.build();
    }

    private static void add(Map<String, ReassignableTopicResponse> results, AlteredReassignment result) {
        add(
                results,
                result.getTopic(),
                result.getPartition(),
                Codes.errors(result.getStatus().getCode()),
                result.getStatus().getMessage());
    }

    private static void add(
            Map<String, ReassignableTopicResponse> results, String topic, int partition, Errors error, String message) {
        results.computeIfAbsent(topic, name -> new ReassignableTopicResponse().setName(name))
                .partitions()
                .add(new ReassignablePartitionResponse()
                        .setPartitionIndex(partition)
                        .setErrorCode(error.code())
                        .setErrorMessage(error == Errors.NONE ? null : message));
    }
}
