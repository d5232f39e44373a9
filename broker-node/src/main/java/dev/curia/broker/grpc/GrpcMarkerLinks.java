package dev.curia.broker.grpc;

import dev.curia.broker.txn.MarkerLinks;
import dev.curia.common.net.FutureReply;
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

/** A transaction coordinator's calls to the brokers that lead its transactions' partitions. Thread-safe. */
public final class GrpcMarkerLinks implements MarkerLinks {
    /** Above what a leader waits for its in-sync replicas. */
    private static final int DEADLINE_SECONDS = 15;

    private final PeerChannels peers;

    public GrpcMarkerLinks(PeerChannels peers) {
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
