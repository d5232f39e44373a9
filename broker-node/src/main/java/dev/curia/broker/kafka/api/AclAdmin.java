package dev.curia.broker.kafka.api;

import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Changes the cluster's access control through the controller. Thread-safe. An answer comes when this broker has seen the change; a future fails
 * when the controller did not answer in time: the outcome is unknown.
 */
public interface AclAdmin {
    CompletableFuture<CreateAclsResponse> createAcls(CreateAclsRequest request, Duration timeout);

    CompletableFuture<DeleteAclsResponse> deleteAcls(DeleteAclsRequest request, Duration timeout);
}
