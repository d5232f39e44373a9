package dev.curia.broker.grpc;

import dev.curia.broker.console.ClusterReads;
import dev.curia.broker.console.ConsoleException;
import dev.curia.broker.console.RecordFeed;
import dev.curia.common.net.FutureReply;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.metadata.client.QuorumException;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.broker.v1.BrokerAdminGrpc;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.broker.v1.DescribeLogDirsRequest;
import dev.curia.proto.broker.v1.DescribeLogDirsResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.group.v1.DescribeGroupRequest;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupsGrpc;
import dev.curia.proto.group.v1.LagHistoryRequest;
import dev.curia.proto.group.v1.LagHistoryResponse;
import dev.curia.proto.group.v1.ListGroupsRequest;
import dev.curia.proto.group.v1.ListGroupsResponse;
import dev.curia.replica.port.Peers;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.AbstractAsyncStub;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Utils;

/**
 * Asks the quorum and the brokers for the console. Brokers are found where the quorum last said that they are, which each question about the cluster
 * renews. It asks as whoever has not logged in, so that ACLs hold for the console, too. Thread-safe.
 */
public final class GrpcClusterReads implements ClusterReads, Peers, AutoCloseable {
    private static final int DEADLINE_SECONDS = 5;
    private static final String THE_CLUSTER = "the cluster";

    private final QuorumClient quorum;
    private final PeerChannels peers;
    private volatile Map<Integer, Peers.Address> brokers = Map.of();

    public GrpcClusterReads(QuorumClient quorum, ChannelCredentials credentials) {
        this.quorum = quorum;
        this.peers = PeerChannels.forClients(this, credentials);
    }

    @Override
    public Optional<Peers.Address> find(int brokerId) {
        return Optional.ofNullable(brokers.get(brokerId));
    }

    @Override
    public CompletableFuture<DescribeClusterResponse> cluster() {
        return told(quorum.describeCluster(), THE_CLUSTER).thenApply(cluster -> {
            Map<Integer, Peers.Address> found = new HashMap<>();
            for (BrokerDescription broker : cluster.getBrokersList()) {
                if (broker.getRpc().getHost().isEmpty()) continue;
                found.put(
                        broker.getBrokerId(),
                        new Peers.Address(
                                broker.getRpc().getHost(), broker.getRpc().getPort()));
            }
            brokers = Map.copyOf(found);
            return cluster;
        });
    }

    @Override
    public CompletableFuture<ListTopicsResponse> topics() {
        return told(
                quorum.listTopics(
                        ListTopicsRequest.newBuilder().setIncludeInternal(true).build()),
                THE_CLUSTER);
    }

    @Override
    public CompletableFuture<DescribeTopicsResponse> describe(Collection<String> topics) {
        DescribeTopicsRequest.Builder request = DescribeTopicsRequest.newBuilder();
        topics.forEach(name -> request.addTopics(TopicRef.newBuilder().setName(name)));
        return told(
                quorum.describeTopics(request.build()),
                topics.size() == 1 ? "topic " + topics.iterator().next() : "these topics");
    }

    @Override
    public CompletableFuture<ListReassignmentsResponse> moves() {
        return told(quorum.listReassignments(), THE_CLUSTER);
    }

    @Override
    public CompletableFuture<InspectQuorumResponse> quorum() {
        return told(quorum.inspectQuorum(), THE_CLUSTER);
    }

    @Override
    public CompletableFuture<ListEventsResponse> events(ListEventsRequest request) {
        return told(quorum.listEvents(request), THE_CLUSTER);
    }

    @Override
    public CompletableFuture<DescribeConfigsResponse> configs(int broker, DescribeConfigsRequest request) {
        return ask(broker, BrokerAdminGrpc::newStub, (stub, reply) -> stub.describeConfigs(request, reply));
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponse> logDirs(int broker) {
        DescribeLogDirsRequest request = DescribeLogDirsRequest.getDefaultInstance();
        return ask(broker, BrokerAdminGrpc::newStub, (stub, reply) -> stub.describeLogDirs(request, reply));
    }

    @Override
    public CompletableFuture<ListGroupsResponse> groups(int broker) {
        ListGroupsRequest request = ListGroupsRequest.getDefaultInstance();
        return ask(broker, GroupsGrpc::newStub, (stub, reply) -> stub.listGroups(request, reply));
    }

    @Override
    public CompletableFuture<DescribeGroupResponse> group(int broker, String group) {
        DescribeGroupRequest request =
                DescribeGroupRequest.newBuilder().setGroup(group).build();
        return ask(broker, GroupsGrpc::newStub, (stub, reply) -> stub.describeGroup(request, reply));
    }

    @Override
    public CompletableFuture<LagHistoryResponse> lagHistory(int broker, LagHistoryRequest request) {
        return ask(broker, GroupsGrpc::newStub, (stub, reply) -> stub.lagHistory(request, reply));
    }

    @Override
    public CompletableFuture<LocateReadersResponse> places(int leader, LocateReadersRequest request) {
        return ask(leader, DataGrpc::newStub, (stub, reply) -> stub.locateReaders(request, reply));
    }

    @Override
    public CompletableFuture<ListOffsetsResponse> offset(int leader, ListOffsetsRequest request) {
        return ask(leader, DataGrpc::newStub, (stub, reply) -> stub.listOffsets(request, reply));
    }

    @Override
    public RecordFeed feed() {
        return new GrpcRecordFeed(peers);
    }

    @Override
    public int partitionOf(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    private <S extends AbstractAsyncStub<S>, R> CompletableFuture<R> ask(
            int broker, Function<ManagedChannel, S> service, BiConsumer<S, StreamObserver<R>> question) {
        Optional<Peers.Address> address = find(broker);
        if (address.isPresent()) return ask(broker, address.get(), service, question);
        // Not asked yet, or new.
        return cluster()
                .thenCompose(known -> find(broker)
                        .map(found -> ask(broker, found, service, question))
                        .orElseGet(() -> CompletableFuture.failedFuture(
                                new ConsoleException(404, "there is no broker " + broker))));
    }

    private <S extends AbstractAsyncStub<S>, R> CompletableFuture<R> ask(
            int broker,
            Peers.Address address,
            Function<ManagedChannel, S> service,
            BiConsumer<S, StreamObserver<R>> question) {
        FutureReply<R> reply = new FutureReply<>();
        S stub = service.apply(peers.channel(broker, address)).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        question.accept(stub, reply);
        return reply.future()
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(ConsoleException.unavailable(
                        "broker " + broker + ": " + reason(Status.fromThrowable(failure)))));
    }

    /** @param what it is about, on which ACLs would have to allow Describe */
    private static <T> CompletableFuture<T> told(CompletableFuture<T> answer, String what) {
        return answer.exceptionallyCompose(failure -> {
            if (Status.fromThrowable(failure).getCode() == Status.Code.PERMISSION_DENIED) {
                return CompletableFuture.failedFuture(ConsoleException.refused("Describe on " + what));
            }
            Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            return CompletableFuture.failedFuture(
                    cause instanceof QuorumException told
                            ? ConsoleException.unavailable(String.valueOf(told.getMessage()))
                            : failure);
        });
    }

    /** For people. */
    static String reason(Status status) {
        String description = status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE -> "it cannot be reached";
            case DEADLINE_EXCEEDED -> "it did not answer in time";
            default -> description == null ? status.getCode().name() : description;
        };
    }

    @Override
    public void close() {
        peers.close();
    }
}
