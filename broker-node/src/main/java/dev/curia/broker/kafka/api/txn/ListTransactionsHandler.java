package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.group.NameExpression;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.state.Txn;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.broker.txn.state.TxnView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListTransactionsRequest;
import org.apache.kafka.common.requests.ListTransactionsResponse;
import org.jspecify.annotations.Nullable;

/** Lists the transactional ids that are coordinated here (KIP-664, KIP-994, KIP-1152). */
final class ListTransactionsHandler implements RequestHandler<ListTransactionsRequest> {
    private final TransactionCoordinator transactions;

    ListTransactionsHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_TRANSACTIONS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<ListTransactionsResponse> handle(RequestContext context, ListTransactionsRequest request) {
        ListTransactionsRequestData data = request.data();
        Set<TxnState> states = EnumSet.noneOf(TxnState.class);
        List<String> unknown = new ArrayList<>();
        for (String title : data.stateFilters()) {
            TxnState.named(title).ifPresentOrElse(states::add, () -> unknown.add(title));
        }
        boolean none = states.isEmpty() && !unknown.isEmpty();
        if (none) return CompletableFuture.completedFuture(answer(Errors.NONE, unknown, List.of()));
        TxnView.Filter filter =
                new TxnView.Filter(states, new HashSet<>(data.producerIdFilters()), data.durationFilter());
        return list(filter, data.transactionalIdPattern())
                .thenApply(listing -> answer(listing.error(), unknown, listing.txns()));
    }

    private CompletableFuture<TxnView.Listing> list(TxnView.Filter filter, @Nullable String pattern) {
        if (pattern == null || pattern.isEmpty()) return transactions.list(filter);
        try {
            return transactions.list(filter, NameExpression.of(pattern)::matches);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(new TxnView.Listing(Errors.INVALID_REGULAR_EXPRESSION, List.of()));
        }
    }

    private static ListTransactionsResponse answer(Errors error, List<String> unknown, List<Txn> txns) {
        ListTransactionsResponseData response = new ListTransactionsResponseData().setErrorCode(error.code());
        if (error != Errors.NONE) return new ListTransactionsResponse(response);
        return new ListTransactionsResponse(response.setUnknownStateFilters(unknown)
                .setTransactionStates(txns.stream()
                        .map(txn -> new TransactionState()
                                .setTransactionalId(txn.transactionalId())
                                .setProducerId(txn.producer().id())
                                .setTransactionState(txn.state().title()))
                        .toList()));
    }
}
