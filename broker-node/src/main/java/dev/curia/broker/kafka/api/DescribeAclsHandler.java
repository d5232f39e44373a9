package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.AclCodec;
import dev.curia.common.security.Acl;
import dev.curia.common.security.AclFilter;
import dev.curia.metadata.acl.AclMessages;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeAclsRequest;
import org.apache.kafka.common.requests.DescribeAclsResponse;

/** Lists the ACLs that a filter fits (KIP-140), as this broker knows them. */
final class DescribeAclsHandler implements RequestHandler<DescribeAclsRequest> {
    private final ClusterView cluster;

    DescribeAclsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_ACLS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public CompletionStage<DescribeAclsResponse> handle(RequestContext context, DescribeAclsRequest request) {
        List<Acl> acls =
                cluster.image().acls().all().stream().filter(filter(request)).toList();
        return CompletableFuture.completedFuture(new DescribeAclsResponse(
                new DescribeAclsResponseData()
                        .setResources(DescribeAclsResponse.aclsResources(
                                acls.stream().map(AclCodec::binding).toList())),
                context.version()));
    }

    private static AclFilter filter(DescribeAclsRequest request) {
        try {
            return AclMessages.filter(AclCodec.match(request.filter()));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("no such filter of ACLs: " + e.getMessage(), e);
        }
    }
}
