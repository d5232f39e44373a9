package dev.curia.broker.grpc;

import dev.curia.broker.txn.CoordinatorLinks;
import dev.curia.broker.txn.MarkerLinks;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.net.FutureReply;
import dev.curia.proto.transaction.v1.AddPartitionRequest;
import dev.curia.proto.transaction.v1.AddPartitionResponse;
import dev.curia.proto.transaction.v1.Marker;
import dev.curia.proto.transaction.v1.TransactionsGrpc;
import dev.curia.proto.transaction.v1.WriteMarkersRequest;
import dev.curia.proto.transaction.v1.WriteMarkersResponse;
import dev.curia.replica.port.Peers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/** Calls between transaction coordinators and the leaders of their transactions' partitions. Thread-safe. */
public final class GrpcTxnLinks implements MarkerLinks, CoordinatorLinks {
    /** Above what a leader waits for its in-sync replicas. */
    private static final int DEADLINE_SECONDS = 15;

    /** Clients try again. */
    private static final int ADDITION_DEADLINE_SECONDS = 7;

    private final PeerChannels peers;

    public GrpcTxnLinks(PeerChannels peers) {
        this.peers = peers;
    }

    @Override
    public CompletableFuture<List<Errors>> write(int broker, List<Addressed> markers) {
        Optional<Peers.Address> address = peers.find(broker);
        if (address.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalStateException("broker " + broker + " is not registered"));
        }
        WriteMarkersRequest.Builder request = WriteMarkersRequest.newBuilder();
        markers.forEach(marker -> request.addMarkers(message(marker)));
        FutureReply<WriteMarkersResponse> reply = new FutureReply<>();
        TransactionsGrpc.newStub(peers.channel(broker, address.get()))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .writeMarkers(request.build(), reply);
        return reply.future()
                .thenApply(answer -> answer.getErrorsList().stream()
                        .map(code -> Errors.forCode(code.shortValue()))
                        .toList());
    }

    @Override
    public CompletableFuture<Errors> addPartitions(int broker, AddPartitions.Request request) {
        Optional<Peers.Address> address = peers.find(broker);
        if (address.isEmpty()) return CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE);
        TopicPartition partition = request.partitions().iterator().next();
        FutureReply<AddPartitionResponse> reply = new FutureReply<>();
        TransactionsGrpc.newStub(peers.channel(broker, address.get()))
                .withDeadlineAfter(ADDITION_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .addPartition(
                        AddPartitionRequest.newBuilder()
                                .setTransactionalId(request.transactionalId())
                                .setProducerId(request.producerId())
                                .setProducerEpoch(request.producerEpoch())
                                .setTopic(partition.topic())
                                .setPartition(partition.partition())
                                .setOnlyVerify(request.kind() == AddPartitions.Kind.VERIFY)
                                .build(),
                        reply);
        return reply.future().thenApply(answer -> Errors.forCode((short) answer.getError()));
    }

    private static Marker message(Addressed addressed) {
        return Marker.newBuilder()
                .setTopic(addressed.partition().topic())
                .setPartition(addressed.partition().partition())
                .setProducerId(addressed.marker().producerId())
                .setProducerEpoch(addressed.marker().producerEpoch())
                .setCoordinatorEpoch(addressed.marker().coordinatorEpoch())
                .setCommit(addressed.marker().commit())
                .setRaisesEpoch(addressed.marker().raisesEpoch())
                .build();
    }
}
