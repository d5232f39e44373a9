package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.api.AclAdmin;
import dev.curia.broker.kafka.api.ClusterAdmin;
import dev.curia.broker.kafka.api.ScramAdmin;
import dev.curia.metadata.decide.AclDecisions;
import dev.curia.metadata.decide.BrokerDecisions;
import dev.curia.metadata.decide.ClientQuotaDecisions;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.FeatureDecisions;
import dev.curia.metadata.decide.ScramDecisions;
import dev.curia.metadata.image.Features;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.common.v1.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Decides at once what the controller would. */
record TestAdmin(TestBroker broker) implements ClusterAdmin, AclAdmin, ScramAdmin {
    @Override
    public CompletableFuture<DescribeQuorumResponse> describeQuorum(Duration timeout) {
        return CompletableFuture.completedFuture(broker.quorum);
    }

    @Override
    public CompletableFuture<UnregisterBrokerResponse> unregister(int brokerId, Duration timeout) {
        return broker.decide(image -> {
            Decision<Status> decision = BrokerDecisions.unregister(image, brokerId);
            return new Decision<>(
                    decision.records(),
                    index -> UnregisterBrokerResponse.newBuilder()
                            .setStatus(decision.reply().apply(index))
                            .build());
        });
    }

    @Override
    public CompletableFuture<AlterClientQuotasResponse> alterClientQuotas(
            AlterClientQuotasRequest request, Duration timeout) {
        return broker.decide(image -> ClientQuotaDecisions.alter(image, request));
    }

    @Override
    public CompletableFuture<UpdateFeaturesResponse> updateFeatures(UpdateFeaturesRequest request, Duration timeout) {
        return broker.decide(image -> new FeatureDecisions(Features.SUPPORTED).update(image, request));
    }

    @Override
    public CompletableFuture<CreateAclsResponse> createAcls(CreateAclsRequest request, Duration timeout) {
        return broker.decide(image -> AclDecisions.create(image, request));
    }

    @Override
    public CompletableFuture<DeleteAclsResponse> deleteAcls(DeleteAclsRequest request, Duration timeout) {
        return broker.decide(image -> AclDecisions.delete(image, request));
    }

    @Override
    public CompletableFuture<AlterScramCredentialsResponse> alterScramCredentials(
            AlterScramCredentialsRequest request, Duration timeout) {
        return broker.decide(image -> ScramDecisions.alter(image, request));
    }
}
