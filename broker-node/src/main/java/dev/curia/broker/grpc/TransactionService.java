package dev.curia.broker.grpc;

import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import dev.curia.proto.transaction.v1.AddPartitionRequest;
import dev.curia.proto.transaction.v1.AddPartitionResponse;
import dev.curia.proto.transaction.v1.Marker;
import dev.curia.proto.transaction.v1.TransactionsGrpc;
import dev.curia.proto.transaction.v1.WriteMarkersRequest;
import dev.curia.proto.transaction.v1.WriteMarkersResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Takes the markers of other brokers' transaction coordinators, and what their leaders tell the coordinator here. Thread-safe, never blocks. */
public final class TransactionService extends TransactionsGrpc.TransactionsImplBase {
    private final LocalMarkers markers;
    private final TransactionCoordinator coordinator;

    public TransactionService(LocalMarkers markers, TransactionCoordinator coordinator) {
        this.coordinator = coordinator;
        this.markers = markers;
    }

    @Override
    public void writeMarkers(WriteMarkersRequest request, StreamObserver<WriteMarkersResponse> responses) {
        List<CompletableFuture<Errors>> errors =
                request.getMarkersList().stream().map(this::write).toList();
        CompletableFuture<Void> unused = CompletableFuture.allOf(errors.toArray(CompletableFuture[]::new))
                .thenRun(() -> {
                    WriteMarkersResponse.Builder response = WriteMarkersResponse.newBuilder();
                    errors.forEach(error -> response.addErrors(error.join().code()));
                    responses.onNext(response.build());
                    responses.onCompleted();
                });
    }

    @Override
    public void addPartition(AddPartitionRequest request, StreamObserver<AddPartitionResponse> responses) {
        CompletableFuture<Errors> added =
                request.getPartition() < 0 || request.getTopic().isEmpty()
                        ? CompletableFuture.completedFuture(Errors.INVALID_REQUEST)
                        : coordinator.addPartitions(new AddPartitions.Request(
                                request.getTransactionalId(),
                                request.getProducerId(),
                                (short) request.getProducerEpoch(),
                                Set.of(new TopicPartition(request.getTopic(), request.getPartition())),
                                request.getOnlyVerify() ? AddPartitions.Kind.VERIFY : AddPartitions.Kind.LEADER));
        CompletableFuture<Void> unused = added.thenAccept(error -> {
            responses.onNext(
                    AddPartitionResponse.newBuilder().setError(error.code()).build());
            responses.onCompleted();
        });
    }

    private CompletableFuture<Errors> write(Marker marker) {
        if (marker.getPartition() < 0 || marker.getTopic().isEmpty()) {
            return CompletableFuture.completedFuture(Errors.INVALID_REQUEST);
        }
        return markers.write(
                new TopicPartition(marker.getTopic(), marker.getPartition()),
                new dev.curia.broker.txn.Marker(
                        marker.getProducerId(),
                        (short) marker.getProducerEpoch(),
                        marker.getCoordinatorEpoch(),
                        marker.getCommit(),
                        marker.getRaisesEpoch()));
    }
}
