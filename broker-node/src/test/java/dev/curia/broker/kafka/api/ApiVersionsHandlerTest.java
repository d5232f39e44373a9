package dev.curia.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.security.Principal;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.ClusterRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.net.InetAddress;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom KIP-1242 sends away. */
class ApiVersionsHandlerTest {
    private static final MetadataImage KNOWN = MetadataImage.EMPTY
            .apply(
                    1,
                    List.of(MetadataRecord.newBuilder()
                            .setCluster(ClusterRecord.newBuilder().setClusterId("ours"))
                            .build()))
            .image();

    @Test
    void whoeverExpectsAnotherClusterIsSentAway() {
        assertThat(answer(KNOWN, "theirs", 1)).isEqualTo(Errors.REBOOTSTRAP_REQUIRED);
        assertThat(answer(KNOWN, "ours", 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void whoeverExpectsAnotherBrokerIsSentAway() {
        assertThat(answer(KNOWN, "ours", 2)).isEqualTo(Errors.REBOOTSTRAP_REQUIRED);
        assertThat(answer(MetadataImage.EMPTY, "ours", 2)).isEqualTo(Errors.REBOOTSTRAP_REQUIRED);
    }

    @Test
    void whileTheClusterIsNotKnownYetNobodyIsSentAwayForIt() {
        assertThat(answer(MetadataImage.EMPTY, "ours", 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void whoeverExpectsNothingIsServed() {
        assertThat(answer(KNOWN, null, -1)).isEqualTo(Errors.NONE);
    }

    private static Errors answer(MetadataImage image, @Nullable String clusterId, int nodeId) {
        ClusterView view = new ClusterView() {
            @Override
            public MetadataImage image() {
                return image;
            }

            @Override
            public MetadataImage newest() {
                return image;
            }

            @Override
            public int brokerId() {
                return 1;
            }
        };
        ApiVersionsHandler handler = new ApiVersionsHandler(ApiTable.of(List.of(), view), view);
        ApiVersionsRequestData data = new ApiVersionsRequestData()
                .setClientSoftwareName("test")
                .setClientSoftwareVersion("1")
                .setClusterId(clusterId)
                .setNodeId(nodeId);
        RequestContext context = new RequestContext(
                (short) 5, 1, "test", Principal.ANONYMOUS, "c", InetAddress.getLoopbackAddress(), "PLAINTEXT", 0);
        return Errors.forCode(handler.handle(context, new ApiVersionsRequest(data, (short) 5))
                .toCompletableFuture()
                .join()
                .data()
                .errorCode());
    }
}
