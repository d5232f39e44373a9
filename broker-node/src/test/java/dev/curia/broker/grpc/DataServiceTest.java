package dev.curia.broker.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.curia.broker.quota.QuotaConfigs;
import dev.curia.broker.quota.QuotaMetrics;
import dev.curia.broker.quota.Quotas;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.proto.data.v1.Record;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import dev.curia.replica.grpc.NetworkThreads;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataServiceTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final TopicPartition partition = new TopicPartition("t", 0);
    private final MemoryReplica replica = new MemoryReplica(partition);
    private final ExecutorService executor = Executors.newFixedThreadPool(4);
    private final NetworkThreads threads = new NetworkThreads("rpc", 1);
    private final ManualClock clock = new ManualClock(); // of quotas
    private final BlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
    private volatile ClientQuotas limits = ClientQuotas.EMPTY;

    @SuppressWarnings("NullAway.Init")
    private BrokerRpcServer server;

    @SuppressWarnings("NullAway.Init")
    private ManagedChannel connection;

    @SuppressWarnings("NullAway.Init")
    private Channel channel;

    @BeforeEach
    void serve() throws IOException {
        DataService service = new DataService(
                new OneReplica(),
                asked -> asked.equals(new TopicPartition("t", 1)) ? OptionalInt.of(7) : OptionalInt.empty(),
                new SystemClock(),
                executor,
                quotas(() -> limits, clock),
                (delay, task) -> {
                    held.add(task);
                    return () -> {};
                },
                Authorization.OFF);
        server = BrokerRpcServer.start(
                new HostPort("127.0.0.1", 0),
                "rpc.listener",
                PortSecurity.plaintext(),
                List.of(),
                List.of(service),
                executor,
                threads);
        connection = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
                .usePlaintext()
                .build();
        channel = connection;
    }

    static Quotas quotas(Supplier<ClientQuotas> limits, Clock clock) {
        return new Quotas(
                QuotaConfigs.windows(Map.of("quota.window.num", "1")),
                limits,
                clock,
                new QuotaMetrics(new SimpleMeterRegistry(), false));
    }

    private void limit(QuotaKey key) {
        limits = MetadataImage.EMPTY
                .apply(0, List.of(ImageRecords.quotaRecord(QuotaEntity.client("greedy"), key.key(), 1)))
                .image()
                .clientQuotas();
        Metadata headers = new Metadata();
        headers.put(ClientIds.HEADER, "greedy");
        channel = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    @AfterEach
    void stop() {
        connection.shutdownNow();
        server.close();
        threads.close();
        executor.shutdownNow();
    }

    /** Everything a stream of responses brought. */
    private static final class Seen<T> implements StreamObserver<T> {
        final List<T> messages = new CopyOnWriteArrayList<>();
        volatile @Nullable Status end;

        @Override
        public void onNext(T message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            end = Status.fromThrowable(failure);
        }

        @Override
        public void onCompleted() {
            end = Status.OK;
        }

        Status end() {
            return Await.value("the end of the stream", SOON, () -> end);
        }

        void awaitMessages(int count) {
            Await.until(count + " messages", SOON, () -> messages.size() >= count);
        }
    }

    private final class OneReplica implements Replicas {
        @Override
        public Optional<Replica> find(TopicPartition name) {
            return name.equals(partition) ? Optional.of(replica) : Optional.empty();
        }

        @Override
        public Optional<Replica> find(PartitionId id) {
            return Optional.empty();
        }
    }

    private static ProduceRequest.Builder request(String... values) {
        ProduceRequest.Builder request = ProduceRequest.newBuilder().setTopic("t");
        for (String value : values) request.addRecords(Record.newBuilder().setValue(ByteString.copyFromUtf8(value)));
        return request;
    }

    private Seen<ProduceResponse> produce(ProduceRequest... requests) {
        Seen<ProduceResponse> seen = new Seen<>();
        StreamObserver<ProduceRequest> stream = DataGrpc.newStub(channel).produce(seen);
        for (ProduceRequest request : requests) stream.onNext(request);
        stream.onCompleted();
        return seen;
    }

    private Seen<ConsumeResponse> consume(long from, long until) {
        Seen<ConsumeResponse> seen = new Seen<>();
        DataGrpc.newStub(channel)
                .consume(
                        ConsumeRequest.newBuilder()
                                .setTopic("t")
                                .setOffset(from)
                                .setUntilOffset(until)
                                .build(),
                        seen);
        return seen;
    }

    private void store(ProduceRequest... requests) {
        long before = replica.logEndOffset();
        int records = 0;
        for (ProduceRequest request : requests) records += request.getRecordsCount();
        long after = before + records;
        Seen<ProduceResponse> seen = produce(requests);
        Await.until("appended", SOON, () -> replica.logEndOffset() == after);
        replica.commit();
        assertThat(seen.end()).isEqualTo(Status.OK);
    }

    private static List<String> values(Seen<ConsumeResponse> seen) {
        return seen.messages.stream()
                .flatMap(response -> response.getRecordsList().stream())
                .map(record -> record.getValue().toStringUtf8())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
    void recordsComeBackWhole(Compression compression) {
        Record sent = Record.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFrom(new byte[] {0, (byte) 0xff, '\n'}))
                .addHeaders(Header.newBuilder().setKey("h").setValue(ByteString.copyFromUtf8("v")))
                .addHeaders(Header.newBuilder().setKey("none"))
                .setTimestampMs(1234)
                .build();
        Record tombstone = Record.newBuilder()
                .setKey(ByteString.EMPTY)
                .setTimestampMs(1235)
                .build();
        store(request()
                .setCompression(compression)
                .addRecords(sent)
                .addRecords(tombstone)
                .build());
        Seen<ConsumeResponse> seen = consume(0, 2);
        assertThat(seen.end()).isEqualTo(Status.OK);
        assertThat(seen.messages.get(0).getRecordsList())
                .containsExactly(sent, tombstone.toBuilder().setOffset(1).build());
    }

    @Test
    void acknowledgementsComeInOrderAndOnlyWhenCommitted() {
        Seen<ProduceResponse> seen = produce(
                request("a").build(), request("b", "c").build(), request("d").build());
        Await.until("appended", SOON, () -> replica.logEndOffset() == 4);
        assertThat(seen.messages).isEmpty();
        replica.commit();
        assertThat(seen.end()).isEqualTo(Status.OK);
        assertThat(seen.messages).extracting(ProduceResponse::getBaseOffset).containsExactly(0L, 1L, 3L);
    }

    @Test
    void requestsBeyondTheWindowWaitForAcknowledgements() {
        ProduceRequest[] requests = IntStream.range(0, ProduceCall.IN_FLIGHT + 4)
                .mapToObj(i -> request("r" + i).build())
                .toArray(ProduceRequest[]::new);
        Seen<ProduceResponse> seen = produce(requests);
        Await.until("a full window", SOON, () -> replica.logEndOffset() == ProduceCall.IN_FLIGHT);
        replica.commit();
        Await.until("the rest", SOON, () -> {
            replica.commit();
            return seen.messages.size() == requests.length;
        });
        assertThat(seen.end()).isEqualTo(Status.OK);
    }

    @Test
    void aProducerOverItsQuotaIsHeldBack() throws Exception {
        limit(QuotaKey.PRODUCER_BYTE_RATE);
        ProduceRequest[] requests = IntStream.range(0, ProduceCall.IN_FLIGHT + 4)
                .mapToObj(i -> request("r" + i).build())
                .toArray(ProduceRequest[]::new);
        Seen<ProduceResponse> seen = produce(requests);
        Await.until("a full window", SOON, () -> replica.logEndOffset() == ProduceCall.IN_FLIGHT);
        replica.commit();
        seen.awaitMessages(ProduceCall.IN_FLIGHT);
        Runnable later = held.take();
        later.run();
        assertThat(replica.logEndOffset()).as("still over it").isEqualTo(ProduceCall.IN_FLIGHT);
        clock.advance(Duration.ofHours(1));
        held.take().run();
        Await.until("the rest", SOON, () -> {
            replica.commit();
            return seen.messages.size() == requests.length;
        });
        assertThat(seen.end()).isEqualTo(Status.OK);
    }

    @Test
    void aReaderOverItsQuotaIsHeldBackAndAnotherIsNot() throws Exception {
        String large = "x".repeat(600_000);
        for (int i = 0; i < 3; i++) store(request(large + i).build());
        Channel free = channel;
        limit(QuotaKey.CONSUMER_BYTE_RATE);
        Seen<ConsumeResponse> seen = consume(0, 3);
        seen.awaitMessages(1);
        Runnable later = held.take();
        assertThat(seen.messages).hasSize(1);
        Channel greedy = channel;
        channel = free;
        assertThat(consume(0, 3).end()).isEqualTo(Status.OK);
        channel = greedy;
        limits = ClientQuotas.EMPTY;
        later.run();
        assertThat(seen.end()).isEqualTo(Status.OK);
        assertThat(values(seen)).containsExactly(large + 0, large + 1, large + 2);
    }

    @Test
    void readersAreWokenByTheHighWatermarkAndStopWhereAsked() {
        Seen<ConsumeResponse> live = consume(0, 0);
        Await.until("waiting", SOON, () -> replica.waiting() == 1);
        store(request("a", "b", "c").build());
        live.awaitMessages(1);
        assertThat(values(live)).containsExactly("a", "b", "c");
        assertThat(live.messages.get(0).getHighWatermark()).isEqualTo(3);
        Seen<ConsumeResponse> part = consume(1, 2);
        assertThat(part.end()).isEqualTo(Status.OK);
        assertThat(values(part)).containsExactly("b");
    }

    @Test
    void largeTopicArrivesWholeAtAReaderThatIsSlow() {
        String large = "x".repeat(100_000);
        for (int i = 0; i < 40; i++) store(request(large + i, "small" + i).build());
        Seen<ConsumeResponse> seen = consume(0, 80);
        assertThat(seen.end()).isEqualTo(Status.OK);
        assertThat(values(seen)).hasSize(80).startsWith(large + 0, "small0").endsWith(large + 39, "small39");
    }

    @Test
    void readerOfADeposedLeaderLearnsWhoLeads() {
        Seen<ConsumeResponse> seen = consume(0, 0);
        Await.until("waiting", SOON, () -> replica.waiting() == 1);
        replica.resign();
        assertThat(seen.end()).isEqualTo(Status.OK);
        assertThat(seen.messages.get(0).getStatus().getCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(seen.messages.get(0).getLeader()).isEqualTo(2);
    }

    @Test
    void readerThatLeavesIsForgotten() {
        ManagedChannel leaving = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
                .usePlaintext()
                .build();
        DataGrpc.newStub(leaving)
                .consume(ConsumeRequest.newBuilder().setTopic("t").build(), new Seen<>());
        Await.until("waiting", SOON, () -> replica.waiting() == 1);
        leaving.shutdownNow();
        Await.until("forgotten", SOON, () -> replica.waiting() == 0);
    }

    @Test
    void wrongPlaceIsAnsweredNotThrown() {
        Seen<ProduceResponse> elsewhere = produce(request("a").setPartition(1).build());
        assertThat(elsewhere.end()).isEqualTo(Status.OK);
        assertThat(elsewhere.messages.get(0).getStatus().getCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(elsewhere.messages.get(0).getLeader()).isEqualTo(7);

        Seen<ProduceResponse> nowhere = produce(request("a").setTopic("nope").build());
        assertThat(nowhere.end()).isEqualTo(Status.OK);
        assertThat(nowhere.messages.get(0).getStatus().getCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

        replica.failAppendsWith(ErrorCode.MESSAGE_TOO_LARGE);
        Seen<ProduceResponse> large = produce(request("a").build());
        assertThat(large.end()).isEqualTo(Status.OK);
        assertThat(large.messages.get(0).getStatus().getCode()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);

        Seen<ConsumeResponse> beyond = consume(99, 0);
        assertThat(beyond.end()).isEqualTo(Status.OK);
        assertThat(beyond.messages.get(0).getStatus().getMessage()).contains("offset 99 is not in t-0");
    }

    @Test
    void senselessRequestsEndTheirCallAndNothingElse() {
        assertInvalid(produce(request().build()), "without records");
        assertInvalid(produce(request("a").setTopic("").build()), "topic is empty");
        assertInvalid(produce(request("a").setPartition(-1).build()), "partition is -1");
        assertInvalid(produce(request("a").setTopic("__consumer_offsets").build()), "by coordinators only");
        assertInvalid(produce(request("a").setAcksValue(9).build()), "acks is 9");
        assertInvalid(produce(request("a").setCompressionValue(9).build()), "compression is 9");
        assertInvalid(consume(-1, 0), "offset is -1");
        assertInvalid(consume(0, -5), "until_offset is -5");
        assertThat(replica.logEndOffset()).isZero();
        store(request("still works").build());
    }

    private static void assertInvalid(Seen<?> seen, String why) {
        assertThat(seen.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(seen.end().getDescription()).contains(why);
    }

    @Test
    void bytesThatAreNoMessageAndTooManyOfThemGetAnError() {
        byte[] garbage = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 1, 2, 3};
        Seen<InputStream> seen = new Seen<>();
        ClientCalls.asyncUnaryCall(
                channel.newCall(raw(), CallOptions.DEFAULT), new ByteArrayInputStream(garbage), seen);
        assertThat(seen.end().isOk()).isFalse();

        Seen<ProduceResponse> large =
                produce(request("x".repeat(BrokerRpcServer.MAX_MESSAGE_BYTES)).build());
        assertThat(large.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        store(request("still works").build());
    }

    private static MethodDescriptor<InputStream, InputStream> raw() {
        MethodDescriptor.Marshaller<InputStream> bytes = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(InputStream value) {
                return value;
            }

            @Override
            public InputStream parse(InputStream stream) {
                return stream;
            }
        };
        return DataGrpc.getListOffsetsMethod().toBuilder(bytes, bytes).build();
    }

    @Test
    void offsetsAreLookedUp() {
        store(request("a", "b").build());
        DataGrpc.DataBlockingStub stub = DataGrpc.newBlockingStub(channel);
        ListOffsetsRequest.Builder request = ListOffsetsRequest.newBuilder().setTopic("t");
        assertThat(stub.listOffsets(request.setTimestampMs(-1).build()).getOffset())
                .isEqualTo(2);
        assertThat(stub.listOffsets(request.setTimestampMs(-2).build()).getOffset())
                .isZero();
        assertThatThrownBy(() -> stub.listOffsets(request.setTimestampMs(-9).build()))
                .hasMessageContaining("timestamp_ms is -9");
    }

    @Test
    void readersAreLocatedWherePartitionsAreLed() {
        DataGrpc.DataBlockingStub stub = DataGrpc.newBlockingStub(channel);
        LocateReadersRequest.Reader.Builder reader = LocateReadersRequest.Reader.newBuilder();

        var elsewhere = stub.locateReaders(LocateReadersRequest.newBuilder()
                .addReaders(reader.setTopic("nowhere"))
                .build());
        assertThat(elsewhere.getPlaces(0).getStatus().getCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        LocateReadersRequest backwards = LocateReadersRequest.newBuilder()
                .addReaders(reader.setTopic("t").setOffset(-3))
                .build();
        assertThatThrownBy(() -> stub.locateReaders(backwards)).hasMessageContaining("offset is -3");
        LocateReadersRequest.Builder many = LocateReadersRequest.newBuilder();
        for (int i = 0; i <= 10_000; i++) many.addReaders(reader.setOffset(i));
        assertThatThrownBy(() -> stub.locateReaders(many.build())).hasMessageContaining("expected at most 10000");
    }

    @Test
    void portInUseIsNamed() {
        assertThatThrownBy(() -> BrokerRpcServer.start(
                        new HostPort("127.0.0.1", server.port()),
                        "rpc.listener",
                        PortSecurity.plaintext(),
                        List.of(),
                        List.of(),
                        executor,
                        threads))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen for gRPC on 127.0.0.1:" + server.port() + " (rpc.listener)")
                .hasMessageContaining("in use");
    }
}
