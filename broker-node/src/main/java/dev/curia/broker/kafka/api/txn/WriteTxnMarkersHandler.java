package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.Marker;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;

/** An operator ends a transaction that hangs in a partition led here (KIP-664). Brokers among themselves speak gRPC. */
final class WriteTxnMarkersHandler implements RequestHandler<WriteTxnMarkersRequest> {
    /** Of {@code transactionVersion}: the marker's epoch is above that of the transaction. */
    private static final int RAISES_EPOCH = 2;

    private final LocalMarkers markers;

    WriteTxnMarkersHandler(LocalMarkers markers) {
        this.markers = markers;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.WRITE_TXN_MARKERS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<WriteTxnMarkersResponse> handle(RequestContext context, WriteTxnMarkersRequest request) {
        WriteTxnMarkersResponseData response = new WriteTxnMarkersResponseData();
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (WritableTxnMarker asked : request.data().markers()) {
            Marker marker = new Marker(
                    asked.producerId(),
                    asked.producerEpoch(),
                    asked.coordinatorEpoch(),
                    asked.transactionResult(),
                    asked.transactionVersion() >= RAISES_EPOCH);
            WritableTxnMarkerResult result = new WritableTxnMarkerResult().setProducerId(asked.producerId());
            response.markers().add(result);
            for (WritableTxnMarkerTopic topic : asked.topics()) {
                WritableTxnMarkerTopicResult topicResult = new WritableTxnMarkerTopicResult().setName(topic.name());
                result.topics().add(topicResult);
                for (int partition : topic.partitionIndexes()) {
                    var answer = new WritableTxnMarkerPartitionResult().setPartitionIndex(partition);
                    topicResult.partitions().add(answer);
                    writes.add(write(topic.name(), partition, marker)
                            .thenAccept(error -> answer.setErrorCode(error.code())));
                }
            }
        }
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
                .thenApply(done -> new WriteTxnMarkersResponse(response));
    }

    /** What no coordinator says is answered, not tried: a marker of no producer, for no partition. */
    private CompletableFuture<Errors> write(String topic, int partition, Marker marker) {
        if (partition < 0) return CompletableFuture.completedFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        if (marker.producerId() < 0) return CompletableFuture.completedFuture(Errors.UNKNOWN_PRODUCER_ID);
        if (marker.producerEpoch() < 0) return CompletableFuture.completedFuture(Errors.INVALID_PRODUCER_EPOCH);
        return markers.write(new TopicPartition(topic, partition), marker);
    }
}
