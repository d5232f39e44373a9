package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.AclAdmin;
import dev.curia.broker.kafka.api.ClusterAdmin;
import dev.curia.broker.kafka.api.ScramAdmin;
import dev.curia.broker.kafka.api.TopicAdmin;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.UnregisterBrokerRequest;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;

/** Changes topics at the controller, and answers when this broker has seen the change and acted on it. Thread-safe. */
public final class QuorumTopicAdmin implements TopicAdmin, ClusterAdmin, ScramAdmin, AclAdmin {
    /**
     * So long at most an answer waits for this broker's replicas. A client that creates a topic writes to it at once; were the leader not ready, it
     * would send its first batch again behind the next, out of order unless it is idempotent.
     */
    private static final long SETTLE_MILLIS = 100;

    /** More of them are not made in that time, and most clients would rather know. */
    private static final int SETTLE_MOST = 200;

    private final QuorumClient quorum;
    private final MetadataWatcher metadata;
    private final IntFunction<CompletableFuture<Void>> settled;

    /**
     * @param settled completes when this broker has acted on the metadata seen so far, or at once if there is more to be done than for the given
     *     number of replicas
     */
    public QuorumTopicAdmin(
            QuorumClient quorum, MetadataWatcher metadata, IntFunction<CompletableFuture<Void>> settled) {
        this.quorum = quorum;
        this.metadata = metadata;
        this.settled = settled;
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

    @Override
    public CompletableFuture<UnregisterBrokerResponse> unregister(int brokerId, Duration timeout) {
        UnregisterBrokerRequest request =
                UnregisterBrokerRequest.newBuilder().setBrokerId(brokerId).build();
        return seen(quorum.unregisterBroker(request), UnregisterBrokerResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<UpdateFeaturesResponse> updateFeatures(UpdateFeaturesRequest request, Duration timeout) {
        return seen(quorum.updateFeatures(request), UpdateFeaturesResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<AlterClientQuotasResponse> alterClientQuotas(
            AlterClientQuotasRequest request, Duration timeout) {
        return seen(quorum.alterClientQuotas(request), AlterClientQuotasResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<AlterScramCredentialsResponse> alterScramCredentials(
            AlterScramCredentialsRequest request, Duration timeout) {
        return seen(quorum.alterScramCredentials(request), AlterScramCredentialsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<CreateAclsResponse> createAcls(CreateAclsRequest request, Duration timeout) {
        return seen(quorum.createAcls(request), CreateAclsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<DeleteAclsResponse> deleteAcls(DeleteAclsRequest request, Duration timeout) {
        return seen(quorum.deleteAcls(request), DeleteAclsResponse::getIndex, timeout);
    }

    @Override
    public CompletableFuture<DescribeQuorumResponse> describeQuorum(Duration timeout) {
        return quorum.describeQuorumByLeader().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private <R> CompletableFuture<R> seen(CompletableFuture<R> answer, ToLongFunction<R> index, Duration timeout) {
        return answer.thenCompose(response -> metadata.awaitIndex(index.applyAsLong(response))
                        .thenCompose(seen -> settled.apply(SETTLE_MOST)
                                .completeOnTimeout(null, SETTLE_MILLIS, TimeUnit.MILLISECONDS))
                        .thenApply(done -> response))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
}
