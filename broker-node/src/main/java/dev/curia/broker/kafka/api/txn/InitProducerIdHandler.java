package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.FreshProducerIds;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.InitProducerId;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;

/** Gives producers their id and epoch (KIP-98, KIP-360). An idempotent producer that asks again gets a new id. */
final class InitProducerIdHandler implements RequestHandler<InitProducerIdRequest> {
    private static final int FIRST_TO_KNOW_FENCING = 4;

    private final TransactionCoordinator transactions;
    private final FreshProducerIds ids;

    InitProducerIdHandler(TransactionCoordinator transactions, FreshProducerIds ids) {
        this.transactions = transactions;
        this.ids = ids;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.INIT_PRODUCER_ID;
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
    public CompletionStage<InitProducerIdResponse> handle(RequestContext context, InitProducerIdRequest request) {
        InitProducerIdRequestData data = request.data();
        String transactionalId = data.transactionalId();
        // One without the other names nobody.
        if (data.producerId() < 0 != data.producerEpoch() < 0) {
            return CompletableFuture.completedFuture(answer(Errors.INVALID_REQUEST.code(), -1, (short) -1));
        }
        if (transactionalId == null) {
            return ids.next().thenApply(id -> answer(Errors.NONE.code(), id, (short) 0));
        }
        return transactions
                .initProducerId(new InitProducerId.Request(
                        transactionalId,
                        data.transactionTimeoutMs(),
                        data.producerId(),
                        data.producerEpoch(),
                        OptionalLong.empty()))
                .thenApply(reply -> answer(
                        TxnErrors.code(reply.error(), context.version(), FIRST_TO_KNOW_FENCING),
                        reply.producerId(),
                        reply.producerEpoch()));
    }

    private static InitProducerIdResponse answer(short error, long producerId, short epoch) {
        return new InitProducerIdResponse(new InitProducerIdResponseData()
                .setErrorCode(error)
                .setProducerId(producerId)
                .setProducerEpoch(epoch));
    }
}
