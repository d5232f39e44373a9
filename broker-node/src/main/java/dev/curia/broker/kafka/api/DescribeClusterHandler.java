package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.ServerEndpoint;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;

/** Says which brokers there are (KIP-700, KIP-919, KIP-1073). The quorum speaks no Kafka, so there are no controllers to describe. */
public final class DescribeClusterHandler implements RequestHandler<DescribeClusterRequest> {
    private static final byte BROKERS = 1;

    private final ClusterView cluster;

    DescribeClusterHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<DescribeClusterResponse> handle(RequestContext context, DescribeClusterRequest request) {
        return CompletableFuture.completedFuture(new DescribeClusterResponse(answer(context, request.data())));
    }

    private DescribeClusterResponseData answer(RequestContext context, DescribeClusterRequestData request) {
        if (request.endpointType() != BROKERS) {
            return new DescribeClusterResponseData()
                    .setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
                    .setErrorMessage(
                            "endpoint type " + request.endpointType() + " was asked of a broker: expected 1 (brokers)");
        }
        MetadataImage image = cluster.image();
        DescribeClusterResponseData data = new DescribeClusterResponseData()
                .setClusterId(image.clusterId())
                .setClusterAuthorizedOperations(AuthorizedOperations.when(
                        request.includeClusterAuthorizedOperations(), AuthorizedOperations.CLUSTER))
                .setControllerId(Brokers.controllerId(image, cluster.brokerId()));
        Map<BrokerRegistration, ServerEndpoint> brokers = request.includeFencedBrokers()
                ? Brokers.all(image, context.listener())
                : Brokers.alive(image, context.listener());
        brokers.forEach((broker, endpoint) -> data.brokers()
                .add(new DescribeClusterBroker()
                        .setBrokerId(broker.id())
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setRack(broker.rack().orElse(null))
                        .setIsFenced(broker.fenced())));
        return data;
    }
}
