package dev.curia.broker.kafka.api;

import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Changes topics through the controller. Thread-safe. An answer comes only when {@link ClusterView#image()} holds the change; each
 * topic or partition has its own outcome. A future fails when the controller did not answer within the time: the outcome is unknown.
 */
public interface TopicAdmin {
    CompletableFuture<CreateTopicsResponse> createTopics(CreateTopicsRequest request, Duration timeout);

    CompletableFuture<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request, Duration timeout);

    CompletableFuture<CreatePartitionsResponse> createPartitions(CreatePartitionsRequest request, Duration timeout);

    CompletableFuture<ElectLeadersResponse> electLeaders(ElectLeadersRequest request, Duration timeout);

    CompletableFuture<AlterReassignmentsResponse> alterReassignments(
            AlterReassignmentsRequest request, Duration timeout);

    CompletableFuture<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request, Duration timeout);
}
