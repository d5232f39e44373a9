package dev.curia.metadata.rpc;

import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.decide.AclDecisions;
import dev.curia.metadata.decide.RebalancePlan;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingResponse;
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
import dev.curia.proto.admin.v1.DescribeClientQuotasRequest;
import dev.curia.proto.admin.v1.DescribeClientQuotasResponse;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeDrainRequest;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.admin.v1.DescribeQuorumRequest;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ListAclsRequest;
import dev.curia.proto.admin.v1.ListAclsResponse;
import dev.curia.proto.admin.v1.ListConfigsRequest;
import dev.curia.proto.admin.v1.ListConfigsResponse;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsRequest;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.PlanRebalanceRequest;
import dev.curia.proto.admin.v1.PlanRebalanceResponse;
import dev.curia.proto.admin.v1.UnregisterBrokerRequest;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

/** Administration: changes through the active controller, reads from this node's applied image. */
final class AdminService extends AdminGrpc.AdminImplBase {
    private final ActiveController controller;
    private final MetadataLog log;
    private final Answers answers;

    AdminService(ActiveController controller, MetadataLog log, Answers answers) {
        this.controller = controller;
        this.log = log;
        this.answers = answers;
    }

    @Override
    public void createTopics(CreateTopicsRequest request, StreamObserver<CreateTopicsResponse> caller) {
        answers.answer(() -> {}, () -> controller.createTopics(request), caller);
    }

    @Override
    public void deleteTopics(DeleteTopicsRequest request, StreamObserver<DeleteTopicsResponse> caller) {
        answers.answer(
                () -> RequestChecks.check(request.getTopicsList()), () -> controller.deleteTopics(request), caller);
    }

    @Override
    public void createPartitions(CreatePartitionsRequest request, StreamObserver<CreatePartitionsResponse> caller) {
        answers.answer(() -> {}, () -> controller.createPartitions(request), caller);
    }

    @Override
    public void electLeaders(ElectLeadersRequest request, StreamObserver<ElectLeadersResponse> caller) {
        answers.answer(() -> {}, () -> controller.electLeaders(request), caller);
    }

    @Override
    public void alterReassignments(
            AlterReassignmentsRequest request, StreamObserver<AlterReassignmentsResponse> caller) {
        answers.answer(() -> {}, () -> controller.alterReassignments(request), caller);
    }

    @Override
    public void listReassignments(ListReassignmentsRequest request, StreamObserver<ListReassignmentsResponse> caller) {
        reply(caller, Descriptions.reassignments(log.image()));
    }

    @Override
    public void changeStanding(ChangeStandingRequest request, StreamObserver<ChangeStandingResponse> caller) {
        answers.answer(() -> {}, () -> controller.changeStanding(request), caller);
    }

    @Override
    public void describeDrain(DescribeDrainRequest request, StreamObserver<DescribeDrainResponse> caller) {
        answers.answer(() -> {}, () -> controller.describeDrain(request), caller);
    }

    @Override
    public void planRebalance(PlanRebalanceRequest request, StreamObserver<PlanRebalanceResponse> caller) {
        reply(caller, RebalancePlan.of(log.image(), request));
    }

    @Override
    public void alterConfigs(AlterConfigsRequest request, StreamObserver<AlterConfigsResponse> caller) {
        answers.answer(() -> RequestChecks.check(request), () -> controller.alterConfigs(request), caller);
    }

    @Override
    public void alterClientQuotas(AlterClientQuotasRequest request, StreamObserver<AlterClientQuotasResponse> caller) {
        answers.answer(() -> RequestChecks.check(request), () -> controller.alterClientQuotas(request), caller);
    }

    @Override
    public void describeClientQuotas(
            DescribeClientQuotasRequest request, StreamObserver<DescribeClientQuotasResponse> caller) {
        reply(caller, Descriptions.quotas(log.image(), request.getEntity()));
    }

    @Override
    public void listConfigs(ListConfigsRequest request, StreamObserver<ListConfigsResponse> caller) {
        reply(caller, Descriptions.configs(log.image()));
    }

    @Override
    public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> caller) {
        reply(caller, Descriptions.topics(log.image(), controller.settingsInForce(), request.getIncludeInternal()));
    }

    @Override
    public void describeTopics(DescribeTopicsRequest request, StreamObserver<DescribeTopicsResponse> caller) {
        try {
            RequestChecks.check(request.getTopicsList());
        } catch (StatusRuntimeException malformed) {
            caller.onError(malformed);
            return;
        }
        reply(caller, Descriptions.topics(log.image(), controller.settingsInForce(), request.getTopicsList()));
    }

    @Override
    public void describeCluster(DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> caller) {
        reply(caller, Descriptions.cluster(log.image(), log.status()));
    }

    @Override
    public void describeQuorum(DescribeQuorumRequest request, StreamObserver<DescribeQuorumResponse> caller) {
        QuorumStatus status = log.status();
        if (request.getByLeader() && !status.leads()) caller.onError(answers.notActive());
        else reply(caller, Descriptions.quorum(status));
    }

    @Override
    public void unregisterBroker(UnregisterBrokerRequest request, StreamObserver<UnregisterBrokerResponse> caller) {
        answers.answer(() -> {}, () -> controller.unregisterBroker(request), caller);
    }

    @Override
    public void updateFeatures(UpdateFeaturesRequest request, StreamObserver<UpdateFeaturesResponse> caller) {
        answers.answer(() -> RequestChecks.check(request), () -> controller.updateFeatures(request), caller);
    }

    @Override
    public void alterScramCredentials(
            AlterScramCredentialsRequest request, StreamObserver<AlterScramCredentialsResponse> caller) {
        answers.answer(() -> {}, () -> controller.alterScramCredentials(request), caller);
    }

    @Override
    public void listAcls(ListAclsRequest request, StreamObserver<ListAclsResponse> caller) {
        try {
            reply(caller, AclDecisions.list(log.image(), request));
        } catch (IllegalArgumentException e) {
            caller.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
        }
    }

    @Override
    public void createAcls(CreateAclsRequest request, StreamObserver<CreateAclsResponse> caller) {
        answers.answer(() -> {}, () -> controller.createAcls(request), caller);
    }

    @Override
    public void deleteAcls(DeleteAclsRequest request, StreamObserver<DeleteAclsResponse> caller) {
        answers.answer(() -> {}, () -> controller.deleteAcls(request), caller);
    }

    @Override
    public void mayStop(MayStopRequest request, StreamObserver<MayStopResponse> caller) {
        answers.answer(() -> RequestChecks.check(request), () -> controller.mayStop(request), caller);
    }

    @Override
    public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> caller) {
        try {
            reply(caller, log.events().list(request));
        } catch (IOException e) {
            caller.onError(Status.UNAVAILABLE
                    .withDescription(String.valueOf(e.getMessage()))
                    .withCause(e)
                    .asRuntimeException());
        }
    }

    private static <R> void reply(StreamObserver<R> caller, R response) {
        caller.onNext(response);
        caller.onCompleted();
    }
}
