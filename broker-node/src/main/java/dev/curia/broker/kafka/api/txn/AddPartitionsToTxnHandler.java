package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.MetadataImage;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;

/**
 * A client names the partitions that its transaction is about to write to: all are added, or none. Brokers among themselves speak gRPC, so
 * the versions from 4 on are not served.
 */
final class AddPartitionsToTxnHandler implements RequestHandler<AddPartitionsToTxnRequest> {
    private static final int FIRST_TO_KNOW_FENCING = 2;

    private final TransactionCoordinator transactions;
    private final ClusterView cluster;

    AddPartitionsToTxnHandler(TransactionCoordinator transactions, ClusterView cluster) {
        this.transactions = transactions;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ADD_PARTITIONS_TO_TXN;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public CompletionStage<AddPartitionsToTxnResponse> handle(
            RequestContext context, AddPartitionsToTxnRequest request) {
        AddPartitionsToTxnRequestData data = request.data();
        MetadataImage image = cluster.image();
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        boolean unknown = false;
        for (AddPartitionsToTxnTopic topic : data.v3AndBelowTopics()) {
            for (int partition : topic.partitions()) {
                if (exists(image, topic.name(), partition)) partitions.add(new TopicPartition(topic.name(), partition));
                else unknown = true;
            }
        }
        if (unknown) {
            return CompletableFuture.completedFuture(answer(
                    data,
                    p -> exists(image, p.topic(), p.partition())
                            ? Errors.OPERATION_NOT_ATTEMPTED.code()
                            : Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        }
        return transactions
                .addPartitions(new AddPartitions.Request(
                        data.v3AndBelowTransactionalId(),
                        data.v3AndBelowProducerId(),
                        data.v3AndBelowProducerEpoch(),
                        partitions,
                        AddPartitions.Kind.CLIENT))
                .thenApply(error -> {
                    short code = TxnErrors.code(error, context.version(), FIRST_TO_KNOW_FENCING);
                    return answer(data, p -> code);
                });
    }

    private static boolean exists(MetadataImage image, String topic, int partition) {
        return partition >= 0
                && image.topic(topic).flatMap(t -> t.partition(partition)).isPresent();
    }

    private static AddPartitionsToTxnResponse answer(
            AddPartitionsToTxnRequestData data, Function<org.apache.kafka.common.TopicPartition, Short> code) {
        AddPartitionsToTxnResponseData response = new AddPartitionsToTxnResponseData();
        for (AddPartitionsToTxnTopic topic : data.v3AndBelowTopics()) {
            AddPartitionsToTxnTopicResult result = new AddPartitionsToTxnTopicResult().setName(topic.name());
            for (int partition : topic.partitions()) {
                result.resultsByPartition()
                        .add(new AddPartitionsToTxnPartitionResult()
                                .setPartitionIndex(partition)
                                .setPartitionErrorCode(code.apply(
                                        new org.apache.kafka.common.TopicPartition(topic.name(), partition))));
            }
            response.resultsByTopicV3AndBelow().add(result);
        }
        return new AddPartitionsToTxnResponse(response);
    }
}
