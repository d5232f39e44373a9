package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.Txn;
import dev.curia.broker.txn.state.TxnView;
import dev.curia.common.id.TopicPartition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeTransactionsRequest;
import org.apache.kafka.common.requests.DescribeTransactionsResponse;

/** Tells what is known of transactional ids that are coordinated here (KIP-664). */
final class DescribeTransactionsHandler implements RequestHandler<DescribeTransactionsRequest> {
    private final TransactionCoordinator transactions;

    DescribeTransactionsHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_TRANSACTIONS;
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
    public CompletionStage<DescribeTransactionsResponse> handle(
            RequestContext context, DescribeTransactionsRequest request) {
        List<CompletableFuture<TransactionState>> states = request.data().transactionalIds().stream()
                .map(id -> transactions.describe(id).thenApply(described -> state(id, described)))
                .toList();
        return CompletableFuture.allOf(states.toArray(CompletableFuture[]::new))
                .thenApply(done -> new DescribeTransactionsResponse(new DescribeTransactionsResponseData()
                        .setTransactionStates(
                                states.stream().map(CompletableFuture::join).toList())));
    }

    private static TransactionState state(String transactionalId, TxnView.Described described) {
        TransactionState state = new TransactionState()
                .setTransactionalId(transactionalId)
                .setErrorCode(described.error().code());
        if (described.txn().isEmpty()) return state;
        Txn txn = described.txn().get();
        state.setTransactionState(txn.state().title())
                .setTransactionTimeoutMs(txn.timeoutMs())
                .setTransactionStartTimeMs(txn.startedMs())
                .setProducerId(txn.producer().id())
                .setProducerEpoch(txn.producer().epoch());
        for (TopicPartition p : txn.partitions()) {
            TopicData topic = state.topics().find(p.topic());
            if (topic == null) {
                topic = new TopicData().setTopic(p.topic());
                state.topics().add(topic);
            }
            topic.partitions().add(p.partition());
        }
        return state;
    }
}
