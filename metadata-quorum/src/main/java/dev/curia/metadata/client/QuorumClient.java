package dev.curia.metadata.client;

import dev.curia.common.net.FutureReply;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.proto.admin.v1.AdminGrpc;
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
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeQuorumRequest;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.InspectQuorumRequest;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsRequest;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.UnregisterBrokerRequest;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.AlterPartitionResponse;
import dev.curia.proto.metadata.v1.ControllerGrpc;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Requests to the metadata quorum. Finds the active controller by itself: follows hints, else goes round the nodes with a jittered
 * backoff, until the deadline. Thread-safe; nothing blocks; futures complete on gRPC's threads or on the timers' thread, hand over
 * before doing anything long. A failed future holds a {@link QuorumException}; errors that the quorum decided are in the responses.
 */
public final class QuorumClient {
    private static final long LEADER_SECONDS = 3;

    /** Whether a request may be sent again when it is not known whether it took effect. */
    enum Repeat {
        SAFE,
        UNSAFE
    }

    private final QuorumChannels channels;
    private final NodeChoice choice;
    private final Duration deadline;
    private final Timers timers;
    private final Clock clock;

    /**
     * @param bootstrap quorum nodes to begin with, at least one
     * @param deadline of a request with all its attempts
     * @param random thread-safe
     */
    public QuorumClient(
            QuorumChannels channels,
            List<HostPort> bootstrap,
            Duration deadline,
            Timers timers,
            Clock clock,
            RandomGenerator random) {
        this.channels = channels;
        this.choice = new NodeChoice(bootstrap, channels::learned, random);
        this.deadline = deadline;
        this.timers = timers;
        this.clock = clock;
    }

    public CompletableFuture<CreateTopicsResponse> createTopics(CreateTopicsRequest request) {
        return call(AdminGrpc.getCreateTopicsMethod(), request, Repeat.UNSAFE);
    }

    public CompletableFuture<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request) {
        return call(AdminGrpc.getDeleteTopicsMethod(), request, Repeat.UNSAFE);
    }

    public CompletableFuture<CreatePartitionsResponse> createPartitions(CreatePartitionsRequest request) {
        return call(AdminGrpc.getCreatePartitionsMethod(), request, Repeat.UNSAFE);
    }

    /** When an answer is lost, the repetition finds that nothing needs an election any more. */
    public CompletableFuture<ElectLeadersResponse> electLeaders(ElectLeadersRequest request) {
        return call(AdminGrpc.getElectLeadersMethod(), request, Repeat.UNSAFE);
    }

    /** Not repeated when an answer is lost: someone else may have given the same partitions another target since. */
    public CompletableFuture<AlterReassignmentsResponse> alterReassignments(AlterReassignmentsRequest request) {
        return call(AdminGrpc.getAlterReassignmentsMethod(), request, Repeat.UNSAFE);
    }

    /** Not repeated when an answer is lost: someone else may have altered the same settings since. */
    public CompletableFuture<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request) {
        return call(AdminGrpc.getAlterConfigsMethod(), request, Repeat.UNSAFE);
    }

    /** Not repeated when an answer is lost: someone else may have altered the same quotas since. */
    public CompletableFuture<AlterClientQuotasResponse> alterClientQuotas(AlterClientQuotasRequest request) {
        return call(AdminGrpc.getAlterClientQuotasMethod(), request, Repeat.UNSAFE);
    }

    /** When an answer is lost, the repetition finds that there is no such broker any more. */
    public CompletableFuture<UnregisterBrokerResponse> unregisterBroker(UnregisterBrokerRequest request) {
        return call(AdminGrpc.getUnregisterBrokerMethod(), request, Repeat.UNSAFE);
    }

    /** Not repeated when an answer is lost: someone else may have finalized another level since. */
    public CompletableFuture<UpdateFeaturesResponse> updateFeatures(UpdateFeaturesRequest request) {
        return call(AdminGrpc.getUpdateFeaturesMethod(), request, Repeat.UNSAFE);
    }

    /** Not repeated when an answer is lost: someone else may have altered the same credentials since. */
    public CompletableFuture<AlterScramCredentialsResponse> alterScramCredentials(
            AlterScramCredentialsRequest request) {
        return call(AdminGrpc.getAlterScramCredentialsMethod(), request, Repeat.UNSAFE);
    }

    public CompletableFuture<CreateAclsResponse> createAcls(CreateAclsRequest request) {
        return call(AdminGrpc.getCreateAclsMethod(), request, Repeat.SAFE);
    }

    /** Not repeated when an answer is lost: the repetition could not tell what the first deleted. */
    public CompletableFuture<DeleteAclsResponse> deleteAcls(DeleteAclsRequest request) {
        return call(AdminGrpc.getDeleteAclsMethod(), request, Repeat.UNSAFE);
    }

    /** A compare-and-set: when an answer is lost, the repetition is told the state that the first made. */
    public CompletableFuture<AlterPartitionResponse> alterPartition(AlterPartitionRequest request) {
        return call(ControllerGrpc.getAlterPartitionMethod(), request, Repeat.SAFE);
    }

    /** When an answer is lost, its block of ids is never used. */
    public CompletableFuture<AllocateProducerIdsResponse> allocateProducerIds(AllocateProducerIdsRequest request) {
        return call(ControllerGrpc.getAllocateProducerIdsMethod(), request, Repeat.SAFE);
    }

    public CompletableFuture<ListTopicsResponse> listTopics(ListTopicsRequest request) {
        return call(AdminGrpc.getListTopicsMethod(), request, Repeat.SAFE);
    }

    public CompletableFuture<DescribeTopicsResponse> describeTopics(DescribeTopicsRequest request) {
        return call(AdminGrpc.getDescribeTopicsMethod(), request, Repeat.SAFE);
    }

    public CompletableFuture<DescribeClusterResponse> describeCluster() {
        return call(AdminGrpc.getDescribeClusterMethod(), DescribeClusterRequest.getDefaultInstance(), Repeat.SAFE);
    }

    public CompletableFuture<DescribeQuorumResponse> describeQuorum() {
        return call(AdminGrpc.getDescribeQuorumMethod(), DescribeQuorumRequest.getDefaultInstance(), Repeat.SAFE);
    }

    /** As the leader sees it, which alone knows how far the others are. */
    public CompletableFuture<DescribeQuorumResponse> describeQuorumByLeader() {
        DescribeQuorumRequest request =
                DescribeQuorumRequest.newBuilder().setByLeader(true).build();
        return call(AdminGrpc.getDescribeQuorumMethod(), request, Repeat.SAFE);
    }

    public CompletableFuture<ListReassignmentsResponse> listReassignments() {
        return call(AdminGrpc.getListReassignmentsMethod(), ListReassignmentsRequest.getDefaultInstance(), Repeat.SAFE);
    }

    /** As the node that answers has the journal. */
    public CompletableFuture<ListEventsResponse> listEvents(ListEventsRequest request) {
        return call(AdminGrpc.getListEventsMethod(), request, Repeat.SAFE);
    }

    /** As the leader sees it, which alone knows how the others fare; without a leader that answers as any node does. */
    public CompletableFuture<InspectQuorumResponse> inspectQuorum() {
        InspectQuorumRequest request = InspectQuorumRequest.getDefaultInstance();
        return call(QuorumAdminGrpc.getInspectQuorumMethod(), request, Repeat.SAFE)
                .thenCompose(any -> leaderElsewhere(any)
                        .map(leader -> {
                            FutureReply<InspectQuorumResponse> reply = new FutureReply<>();
                            QuorumAdminGrpc.newStub(channels.to(leader))
                                    .withDeadlineAfter(LEADER_SECONDS, TimeUnit.SECONDS)
                                    .inspectQuorum(request, reply);
                            return reply.future().exceptionally(failure -> any);
                        })
                        .orElseGet(() -> CompletableFuture.completedFuture(any)));
    }

    private static Optional<HostPort> leaderElsewhere(InspectQuorumResponse quorum) {
        if (quorum.getLeaderId() == quorum.getAnswering().getNodeId()) return Optional.empty();
        return quorum.getVotersList().stream()
                .filter(voter -> voter.getNodeId() == quorum.getLeaderId())
                .map(voter -> HostPort.parse(voter.getRpcAddress()))
                .findFirst();
    }

    private <Q, R> CompletableFuture<R> call(MethodDescriptor<Q, R> method, Q request, Repeat repeat) {
        long until = clock.monotonicNanos() + deadline.toNanos();
        return new QuorumCall<>(channels, choice, timers, clock, method, request, repeat, until).start();
    }
}
