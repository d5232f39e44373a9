package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.EndTxn;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;

/** A transaction is committed or aborted. From version 5 on the producer goes on with the next epoch (KIP-890). */
final class EndTxnHandler implements RequestHandler<EndTxnRequest> {
    private static final int FIRST_TO_KNOW_FENCING = 2;
    private static final int FIRST_TO_RAISE_EPOCH = 5;

    private final TransactionCoordinator transactions;

    EndTxnHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.END_TXN;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<EndTxnResponse> handle(RequestContext context, EndTxnRequest request) {
        EndTxnRequestData data = request.data();
        boolean raises = context.version() >= FIRST_TO_RAISE_EPOCH;
        return transactions
                .end(new EndTxn.Request(
                        data.transactionalId(),
                        data.producerId(),
                        data.producerEpoch(),
                        data.committed(),
                        raises,
                        OptionalLong.empty()))
                .thenApply(reply -> {
                    EndTxnResponseData answer = new EndTxnResponseData()
                            .setErrorCode(TxnErrors.code(reply.error(), context.version(), FIRST_TO_KNOW_FENCING));
                    if (raises) answer.setProducerId(reply.producerId()).setProducerEpoch(reply.producerEpoch());
                    return new EndTxnResponse(answer);
                });
    }
}
