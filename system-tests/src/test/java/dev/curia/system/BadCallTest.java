package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.proto.data.v1.Record;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Wrong gRPC requests get an error that says what was expected; the node goes on. */
class BadCallTest {
    private static final int DEADLINE_SECONDS = 30;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    private final ManagedChannel data = channel(CLUSTER.brokerRpc(LocalCluster.STANDALONE));
    private final ManagedChannel admin = channel(CLUSTER.adminServers().get(0));
    private long end;

    @BeforeAll
    static void makeTopic() {
        Clients.of(CLUSTER).createTopic("canary");
    }

    @BeforeEach
    void remember() {
        end = Clients.of(CLUSTER).send("canary", "before").get(0).offset() + 1;
    }

    @AfterEach
    void theNodeGoesOn() {
        assertThat(Clients.of(CLUSTER).send("canary", "after").get(0).offset()).isEqualTo(end);
        assertThat(stub().listOffsets(offsets("canary", 0)).getOffset()).isEqualTo(end + 1);
        data.shutdownNow();
        admin.shutdownNow();
    }

    @Test
    void requestsThatMakeNoSenseAreInvalid() {
        assertInvalid("topic", () -> stub().listOffsets(offsets("", 0)));
        assertInvalid("partition", () -> stub().listOffsets(offsets("canary", -1)));
        ConsumeRequest backwards =
                ConsumeRequest.newBuilder().setTopic("canary").setOffset(-5).build();
        assertInvalid("offset", () -> stub().consume(backwards).next());
    }

    @Test
    void anUnknownTopicOrPartitionIsSaidToBeSo() {
        assertThat(stub().listOffsets(offsets("nowhere", 0)).getStatus().getCode())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(stub().listOffsets(offsets("canary", 7)).getStatus().getCode())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(stub().listOffsets(offsets("canary", 7)).getStatus().getMessage())
                .contains("canary", "7");
    }

    @Test
    void aRecordThatIsTooLargeIsRefused() throws Exception {
        ProduceResponse answer = produce(ByteString.copyFrom(new byte[2_000_000]));
        assertThat(answer.getStatus().getCode()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    }

    @Test
    void anUnknownMethodIsUnimplemented() {
        assertStatus(Status.Code.UNIMPLEMENTED, () -> call(data, "curia.data.v1.Data/Nonsense", new byte[0]));
        assertStatus(Status.Code.UNIMPLEMENTED, () -> call(data, "no.such.Service/Method", new byte[0]));
        assertStatus(Status.Code.UNIMPLEMENTED, () -> call(admin, "no.such.Service/Method", new byte[0]));
    }

    @Test
    void bytesThatAreNoMessageFailTheirCallOnly() {
        byte[] garbage = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f, 0x01};
        assertThatThrownBy(() -> call(data, "curia.data.v1.Data/ListOffsets", garbage))
                .isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(() -> call(admin, "curia.admin.v1.Admin/CreateTopics", garbage))
                .isInstanceOf(StatusRuntimeException.class);
        assertThat(AdminGrpc.newBlockingStub(admin)
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .describeCluster(DescribeClusterRequest.getDefaultInstance())
                        .getBrokersCount())
                .isEqualTo(1);
    }

    @Test
    void anotherProtocolOnTheGrpcPortsIsTurnedAway() throws Exception {
        for (String address : new String[] {
            CLUSTER.brokerRpc(LocalCluster.STANDALONE), CLUSTER.adminServers().get(0)
        }) {
            try (RawConnection connection = RawConnection.to(address)) {
                connection.send(RawConnection.request(18, 0, 1, new byte[0]));
                assertThat(connection.isClosedByServer()).as(address).isTrue();
            }
        }
    }

    private ProduceResponse produce(ByteString value) throws Exception {
        CompletableFuture<ProduceResponse> answer = new CompletableFuture<>();
        StreamObserver<ProduceRequest> requests = DataGrpc.newStub(data)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .produce(new StreamObserver<>() {
                    @Override
                    public void onNext(ProduceResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        answer.completeExceptionally(new AssertionError("no answer"));
                    }
                });
        requests.onNext(ProduceRequest.newBuilder()
                .setTopic("canary")
                .addRecords(Record.newBuilder().setValue(value))
                .build());
        requests.onCompleted();
        return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private DataGrpc.DataBlockingStub stub() {
        return DataGrpc.newBlockingStub(data).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private static ListOffsetsRequest offsets(String topic, int partition) {
        return ListOffsetsRequest.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setTimestampMs(-1)
                .build();
    }

    private static ListOffsetsResponse call(ManagedChannel channel, String method, byte[] body) {
        MethodDescriptor<byte[], ListOffsetsResponse> descriptor =
                MethodDescriptor.<byte[], ListOffsetsResponse>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(method)
                        .setRequestMarshaller(new Bytes())
                        .setResponseMarshaller(DataGrpc.getListOffsetsMethod().getResponseMarshaller())
                        .build();
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return ClientCalls.blockingUnaryCall(channel, descriptor, options, body);
    }

    private static void assertInvalid(String names, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
                .hasMessageContaining(names);
    }

    private static void assertStatus(Status.Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(code));
    }

    private static ManagedChannel channel(String address) {
        return NettyChannelBuilder.forTarget(address).usePlaintext().build();
    }

    /** Sends bytes as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new AssertionError("nothing of this kind is received");
        }
    }
}
