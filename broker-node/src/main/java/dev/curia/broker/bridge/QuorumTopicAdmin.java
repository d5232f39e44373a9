package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.TopicAdmin;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumClient;
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
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Changes topics at the controller, and answers when this broker has seen the change. Thread-safe. */
public final class QuorumTopicAdmin implements TopicAdmin {
    private final QuorumClient quorum;
    private final MetadataWatcher metadata;

    public QuorumTopicAdmin(QuorumClient quorum, MetadataWatcher metadata) {
        this.quorum = quorum;
        this.metadata = metadata;
    }

    @Override
    public CompletableFuture<CreateTopicsResponse> createTopics(CreateTopicsRequest request, Duration timeout) {
        return seen(quorum.createTopics(request), CreateTopicsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request, Duration timeout) {
        return seen(quorum.deleteTopics(request), DeleteTopicsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<CreatePartitionsResponse> createPartitions(
            CreatePartitionsRequest request, Duration timeout) {
        return seen(quorum.createPartitions(request), CreatePartitionsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<ElectLeadersResponse> electLeaders(ElectLeadersRequest request, Duration timeout) {
        return seen(quorum.electLeaders(request), ElectLeadersResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<AlterReassignmentsResponse> alterReassignments(
            AlterReassignmentsRequest request, Duration timeout) {
        return seen(quorum.alterReassignments(request), AlterReassignmentsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request, Duration timeout) {
        return seen(quorum.alterConfigs(request), AlterConfigsResponse::getIndex, timeout);
    }

    private <R> CompletableFuture<R> seen(CompletableFuture<R> answer, ToLongFunction<R> index, Duration timeout) {
        return answer.thenCompose(response ->
                        metadata.awaitIndex(index.applyAsLong(response)).thenApply(seen -> response))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
}
