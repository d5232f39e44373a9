package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.log.producer.ProducerDescription;
import dev.curia.replica.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeProducersRequest;
import org.apache.kafka.common.requests.DescribeProducersResponse;

/** Tells which producers a partition remembers, and where their open transactions begin (KIP-664). Any replica answers for itself. */
public final class DescribeProducersHandler implements RequestHandler<DescribeProducersRequest> {
    private final PartitionLookup partitions;

    DescribeProducersHandler(PartitionLookup partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_PRODUCERS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<DescribeProducersResponse> handle(RequestContext context, DescribeProducersRequest request) {
        DescribeProducersResponseData data = new DescribeProducersResponseData();
        List<CompletableFuture<?>> parts = new ArrayList<>();
        for (TopicRequest topic : request.data().topics()) {
            TopicResponse answer = new TopicResponse().setName(topic.name());
            data.topics().add(answer);
            for (int partition : topic.partitionIndexes()) {
                PartitionResponse part = new PartitionResponse().setPartitionIndex(partition);
                answer.partitions().add(part);
                parts.add(fill(part, partitions.byName(topic.name(), partition)));
            }
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> new DescribeProducersResponse(data));
    }

    private static CompletableFuture<?> fill(PartitionResponse part, PartitionLookup.Found found) {
        Replica replica = found.replica();
        if (replica == null) {
            part.setErrorCode(found.error().code());
            return CompletableFuture.completedFuture(null);
        }
        return replica.producers()
                .thenAccept(result -> part.setErrorCode(Codes.number(result.error()))
                        .setActiveProducers(result.producers().stream()
                                .map(DescribeProducersHandler::state)
                                .toList()));
    }

    private static ProducerState state(ProducerDescription producer) {
        return new ProducerState()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.producerEpoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastTimestamp())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setCurrentTxnStartOffset(producer.currentTxnFirstOffset());
    }
}
