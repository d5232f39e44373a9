package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.image.MetadataImage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaConnectionTest {
    private static final short VERSION = 4;

    private final CompletableFuture<ListGroupsResponse> answer = new CompletableFuture<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(connection());

    private final class Later implements RequestHandler<ListGroupsRequest> {
        @Override
        public ApiKeys api() {
            return ApiKeys.LIST_GROUPS;
        }

        @Override
        public short minVersion() {
            return VERSION;
        }

        @Override
        public short maxVersion() {
            return VERSION;
        }

        @Override
        public CompletionStage<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request) {
            return answer;
        }
    }

    private static final class Nothing implements ClusterView {
        @Override
        public MetadataImage image() {
            return MetadataImage.EMPTY;
        }

        @Override
        public MetadataImage newest() {
            return MetadataImage.EMPTY;
        }

        @Override
        public int brokerId() {
            return 1;
        }
    }

    private KafkaConnection connection() {
        SystemClock clock = new SystemClock();
        KafkaListener.Config config = new KafkaListener.Config(
                "PLAINTEXT",
                "",
                0,
                1_000,
                new SocketBuffers(-1, -1),
                Duration.ofMinutes(1),
                new ConnectionLimits(new ConnectionLimits.Limits(() -> 1, () -> 1, Map::of, () -> 1), clock),
                TestBroker.noQuotas(),
                new ListenerSecurity(Optional.empty(), Optional.empty(), Duration.ofMinutes(1)));
        ApiTable apis = ApiTable.of(List.of(new Later()), new Nothing());
        return new KafkaConnection(config, "c", apis, clock, new KafkaMetrics(new SimpleMeterRegistry()));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void whatAnswersOnTheConnectionsThreadIsNotInterruptedByTheAnswer() {
        channel.writeInbound(frame());

        // A partition on the same thread, in the middle of what it does.
        answer.complete(new ListGroupsResponse(new ListGroupsResponseData()));
        assertThat(channel.outboundMessages()).isEmpty();

        channel.runPendingTasks();
        assertThat(channel.outboundMessages()).hasSize(1);
    }

    @Test
    void whatIsKnownAtOnceIsSentAtOnce() {
        answer.complete(new ListGroupsResponse(new ListGroupsResponseData()));

        channel.pipeline().fireChannelRead(frame());
        assertThat(channel.outboundMessages()).hasSize(1);
    }

    private static ByteBuf frame() {
        RequestHeader header = new RequestHeader(ApiKeys.LIST_GROUPS, VERSION, "test", 1);
        ByteBuffer bytes =
                RequestUtils.serialize(header.data(), header.headerVersion(), new ListGroupsRequestData(), VERSION);
        return Unpooled.buffer().writeInt(bytes.remaining()).writeBytes(bytes);
    }
}
