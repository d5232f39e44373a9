package dev.curia.broker.kafka.api;

import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Changes what the cluster is made of through the controller, and looks at its quorum. Thread-safe. An answer comes when this broker has seen the change; a future
 * fails when the controller did not answer in time: the outcome is unknown.
 */
public interface ClusterAdmin {
    CompletableFuture<UnregisterBrokerResponse> unregister(int brokerId, Duration timeout);

    CompletableFuture<UpdateFeaturesResponse> updateFeatures(UpdateFeaturesRequest request, Duration timeout);

    CompletableFuture<AlterClientQuotasResponse> alterClientQuotas(AlterClientQuotasRequest request, Duration timeout);

    /** As its leader sees it now. */
    CompletableFuture<DescribeQuorumResponse> describeQuorum(Duration timeout);
}
